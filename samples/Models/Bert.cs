using LayerDecayGen;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>The size of a BERT; bert-base-uncased has 30522, 512, 768, 12 and 12.</summary>
public sealed record BertSize(int Vocabulary, int Positions, int Width, int Depth, int Heads);

/// <summary>BERT (Devlin et al. 2019) for sequence classification, with the names of Hugging Face's transformers.</summary>
[LayerDecay(0.9)]
[Layer(0, "bert.embeddings"), LayerStack("bert.encoder.layer"), LastLayer("bert.pooler")]
public sealed partial class BertForSequenceClassification : Module<Tensor, Tensor>
{
    private readonly BertModel bert;
    [LastLayer] private readonly Linear classifier;

    public BertForSequenceClassification(BertSize size, int classes) : base(nameof(BertForSequenceClassification))
    {
        bert = new BertModel(size);
        classifier = Linear(size.Width, classes);
        RegisterComponents();
    }

    /// <summary>Token ids [n, t] of int64, padded with 0, to class scores [n, classes].</summary>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return classifier.forward(bert.forward(ids)).MoveToOuterDisposeScope();
    }
}

/// <summary>The encoder and its pooler: token ids [n, t] to [n, width].</summary>
public sealed class BertModel : Module<Tensor, Tensor>
{
    private const long Padding = 0;

    private readonly BertEmbeddings embeddings;
    private readonly BertEncoder encoder;
    private readonly Pooler pooler;

    public BertModel(BertSize size) : base(nameof(BertModel))
    {
        embeddings = new BertEmbeddings(size);
        encoder = new BertEncoder(size);
        pooler = new Pooler(size.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor ids)
    {
        var mask = ids.eq(Padding).to(float32).view(ids.shape[0], 1, 1, ids.shape[1]) * -1e9;
        return pooler.forward(encoder.forward(embeddings.forward(ids), mask));
    }

    private sealed class BertEmbeddings : Module<Tensor, Tensor>
    {
        private readonly Embedding word_embeddings;
        private readonly Embedding position_embeddings;
        private readonly Embedding token_type_embeddings;
        private readonly LayerNorm LayerNorm;

        public BertEmbeddings(BertSize size) : base(nameof(BertEmbeddings))
        {
            word_embeddings = Embedding(size.Vocabulary, size.Width, padding_idx: Padding);
            position_embeddings = Embedding(size.Positions, size.Width);
            token_type_embeddings = Embedding(2, size.Width);
            LayerNorm = nn.LayerNorm(size.Width, eps: 1e-12);
            RegisterComponents();
        }

        public override Tensor forward(Tensor ids) => LayerNorm.forward(
            word_embeddings.forward(ids) + position_embeddings.forward(arange(ids.shape[1], dtype: int64, device: ids.device))
            + token_type_embeddings.forward(zeros_like(ids)));
    }

    private sealed class BertEncoder : Module<Tensor, Tensor, Tensor>
    {
        private readonly ModuleList<RobertaLayer> layer;

        public BertEncoder(BertSize size) : base(nameof(BertEncoder))
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

    private sealed class Pooler : Module<Tensor, Tensor>
    {
        private readonly Linear dense;

        public Pooler(int width) : base(nameof(Pooler))
        {
            dense = Linear(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => dense.forward(x.select(1, 0)).tanh();
    }
}
