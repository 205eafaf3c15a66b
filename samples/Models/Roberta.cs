using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>The size of a RoBERTa.</summary>
public sealed record RobertaSize(int Vocabulary, int Positions, int Width, int Depth, int Heads);

/// <summary>
/// RoBERTa (Liu et al. 2019) for sequence classification, with the names of Hugging Face's transformers. The head is declared, and so
/// registered, first: layers come from the attributes alone. The encoder's classes are taken as somebody else's and are reached by path.
/// </summary>
[LayerDecay(0.9)]
[Layer(0, "roberta.embeddings"), LayerStack("roberta.encoder.layer")]
public sealed partial class RobertaForSequenceClassification : Module<Tensor, Tensor>
{
    [LastLayer] private readonly Head classifier;
    private readonly RobertaModel roberta;

    public RobertaForSequenceClassification(RobertaSize size, int classes) : base(nameof(RobertaForSequenceClassification))
    {
        classifier = new Head(size.Width, classes);
        roberta = new RobertaModel(size);
        RegisterComponents();
    }

    /// <summary>Token ids [n, t] of int64, padded with 1, to class scores [n, classes].</summary>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(roberta.forward(ids)).MoveToOuterDisposeScope();
    }

    /// <summary>The head on the first token.</summary>
    public sealed class Head : Module<Tensor, Tensor>
    {
        private readonly Linear dense;
        private readonly Linear out_proj;

        public Head(int width, int classes) : base(nameof(Head))
        {
            dense = Linear(width, width);
            out_proj = Linear(width, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => out_proj.forward(dense.forward(x.select(1, 0)).tanh());
    }
}

/// <summary>The encoder: token ids [n, t] to tokens [n, t, width].</summary>
public sealed class RobertaModel : Module<Tensor, Tensor>
{
    private const long Padding = 1;

    private readonly RobertaEmbeddings embeddings;
    private readonly RobertaEncoder encoder;

    public RobertaModel(RobertaSize size) : base(nameof(RobertaModel))
    {
        embeddings = new RobertaEmbeddings(size);
        encoder = new RobertaEncoder(size);
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids)
    {
        var isToken = ids.ne(Padding).to(int64);
        // Positions count tokens from behind the padding id; padding itself stays there.
        var places = isToken.cumsum(1) * isToken + Padding;
        var mask = (1 - isToken).to(float32).view(ids.shape[0], 1, 1, ids.shape[1]) * -1e9;
        return encoder.forward(embeddings.forward(ids, places), mask);
    }

    private sealed class RobertaEmbeddings : Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding word_embeddings;
        private readonly Embedding position_embeddings;
        private readonly Embedding token_type_embeddings;
        private readonly LayerNorm LayerNorm;

        public RobertaEmbeddings(RobertaSize size) : base(nameof(RobertaEmbeddings))
        {
            word_embeddings = Embedding(size.Vocabulary, size.Width, padding_idx: Padding);
            position_embeddings = Embedding(size.Positions, size.Width, padding_idx: Padding);
            token_type_embeddings = Embedding(1, size.Width);
            LayerNorm = nn.LayerNorm(size.Width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids, Tensor places) => LayerNorm.forward(
            word_embeddings.forward(ids) + position_embeddings.forward(places) + token_type_embeddings.forward(zeros_like(ids)));
    }

    private sealed class RobertaEncoder : Module<Tensor, Tensor, Tensor>
    {
        private readonly ModuleList<RobertaLayer> layer;

        public RobertaEncoder(RobertaSize size) : base(nameof(RobertaEncoder))
        {
            layer = new ModuleList<RobertaLayer>([.. Enumerable.Range(0, size.Depth).Select(_ => new RobertaLayer(size.Width, size.Heads))]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask)
        {
            foreach (var block in layer) x = block.forward(x, mask);
            return x;
        }
    }
}
