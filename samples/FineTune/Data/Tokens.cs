using Microsoft.ML.Tokenizers;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Data;

/// <summary>Sentences as token ids of an uncased BERT: lower case, accents stripped, CJK characters apart, between [CLS] and [SEP].</summary>
internal sealed class Tokens(string vocabulary)
{
    /// <summary>Longer sentences are cut.</summary>
    public const int MostTokens = 128;

    private readonly BertTokenizer _tokenizer = BertTokenizer.Create(vocabulary, new BertOptions
    {
        LowerCaseBeforeTokenization = true,
        ApplyBasicTokenization = true,
        IndividuallyTokenizeCjk = true,
        RemoveNonSpacingMarks = true,
    });

    /// <summary>The ids of a sentence.</summary>
    public int[] Encode(string text) => [.. _tokenizer.EncodeToIds(text, MostTokens, addSpecialTokens: true, out _, out _)];

    /// <summary>Sentences side by side, padded to the longest: ids and a mask of ones where there is a token, both [n, t] of int64.</summary>
    public (Tensor Ids, Tensor Mask) Batch(IReadOnlyList<int[]> sentences, Device device)
    {
        var length = sentences.Max(s => s.Length);
        var (ids, mask) = (new long[sentences.Count, length], new long[sentences.Count, length]);
        for (var i = 0; i < sentences.Count; i++)
            for (var j = 0; j < length; j++)
                (ids[i, j], mask[i, j]) = j < sentences[i].Length ? (sentences[i][j], 1) : (_tokenizer.PaddingTokenId, 0);
        return (tensor(ids, device: device), tensor(mask, device: device));
    }
}
