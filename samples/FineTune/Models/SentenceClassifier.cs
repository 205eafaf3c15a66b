using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models;

/// <summary>The size of a BERT; unless said otherwise, that of all-MiniLM-L6-v2.</summary>
internal sealed record BertSize(int Vocabulary = 30522, int Positions = 512, int Width = 384, int Hidden = 1536, int Depth = 6, int Heads = 12, double Dropout = 0.1)
{
    public const double Epsilon = 1e-12;
}

/// <summary>
/// BERT (Devlin et al. 2019) with the mean of its tokens as a sentence, and a classifier on it. Names are those of Hugging Face's transformers,
/// so that weights need no renaming. The pooler is loaded and handed on with the rest; a mean of tokens does not use it.
/// </summary>
[LayerDecay(0.9), LayerStack("encoder.layer")]
internal sealed partial class SentenceClassifier : Module<Tensor, Tensor, Tensor>
{
    [Layer(0)] private readonly BertEmbeddings embeddings;
    private readonly BertEncoder encoder;
    [LastLayer, Frozen] private readonly BertPooler pooler;
    [LastLayer] private readonly Linear classifier;
    private readonly Dropout dropout;

    public SentenceClassifier(BertSize size, int classes) : base(nameof(SentenceClassifier))
    {
        embeddings = new BertEmbeddings(size);
        encoder = new BertEncoder(size);
        pooler = new BertPooler(size.Width);
        classifier = Linear(size.Width, classes);
        dropout = nn.Dropout(size.Dropout);
        RegisterComponents();
    }

    /// <summary>Token ids and a mask of ones where there is a token, both [n, t] of int64, to class scores [n, classes].</summary>
    public override Tensor forward(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var tokens = Encode(ids, mask);
        var weights = mask.unsqueeze(-1).to(tokens.dtype);
        var mean = (tokens * weights).sum(1) / weights.sum(1);
        return classifier.forward(dropout.forward(mean)).MoveToOuterDisposeScope();
    }

    /// <summary>The same to the last hidden state [n, t, width].</summary>
    public Tensor Encode(Tensor ids, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var embedded = embeddings.forward(ids);
        var blocked = zeros_like(mask, dtype: embedded.dtype).masked_fill(mask.eq(0), double.NegativeInfinity);
        return encoder.forward(embedded, blocked.view(mask.shape[0], 1, 1, mask.shape[1])).MoveToOuterDisposeScope();
    }
}

/// <summary>Words, places and the kind of sentence (always the first), normed.</summary>
internal sealed class BertEmbeddings : Module<Tensor, Tensor>
{
    private readonly Embedding word_embeddings;
    private readonly Embedding position_embeddings;
    private readonly Embedding token_type_embeddings;
    private readonly LayerNorm LayerNorm;
    private readonly Dropout dropout;

    public BertEmbeddings(BertSize size) : base(nameof(BertEmbeddings))
    {
        word_embeddings = Embedding(size.Vocabulary, size.Width);
        position_embeddings = Embedding(size.Positions, size.Width);
        token_type_embeddings = Embedding(2, size.Width);
        LayerNorm = nn.LayerNorm(size.Width, BertSize.Epsilon);
        dropout = nn.Dropout(size.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids) => dropout.forward(LayerNorm.forward(
        word_embeddings.forward(ids) + token_type_embeddings.forward(zeros_like(ids))
        + position_embeddings.forward(arange(ids.shape[1], device: ids.device))));
}

/// <summary>The blocks, one after another.</summary>
internal sealed class BertEncoder : Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<BertLayer> layer;

    public BertEncoder(BertSize size) : base(nameof(BertEncoder))
    {
        layer = new ModuleList<BertLayer>([.. Enumerable.Range(0, size.Depth).Select(_ => new BertLayer(size))]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        foreach (var block in layer) x = block.forward(x, mask);
        return x;
    }
}

/// <summary>The first token, projected: what BERT was pre-trained to compare sentences with.</summary>
internal sealed class BertPooler : Module<Tensor, Tensor>
{
    private readonly Linear dense;

    public BertPooler(int width) : base(nameof(BertPooler))
    {
        dense = Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens) => dense.forward(tokens.select(1, 0)).tanh();
}
