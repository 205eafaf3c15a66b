namespace FineTune.Data;

/// <summary>A sentence as token ids.</summary>
internal sealed record TokenSentence(int Label, int[] Ids);

/// <summary>Sentences to train on, held-out ones, and the number of classes.</summary>
internal sealed record TokenSet(int Classes, IReadOnlyList<TokenSentence> Train, IReadOnlyList<TokenSentence> HeldOut)
{
    /// <summary>Takes sentences by a seed and cuts all into tokens.</summary>
    public static TokenSet Of(Sentences sentences, int labels, int seed, Tokens tokens) =>
        new(sentences.Classes, Cut(sentences.Choose(labels, seed), tokens), Cut(sentences.HeldOut, tokens));

    private static TokenSentence[] Cut(IReadOnlyList<Sentence> sentences, Tokens tokens) =>
        [.. sentences.Select(s => new TokenSentence(s.Label, tokens.Encode(s.Text)))];
}
