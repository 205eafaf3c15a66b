using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FineTune.Models;

/// <summary>A block of BERT, post-norm: tokens [n, t, width] and a mask [n, 1, 1, t] to tokens.</summary>
internal sealed class BertLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly BertAttention attention;
    private readonly BertIntermediate intermediate;
    private readonly BertOutput output;

    public BertLayer(BertSize size) : base(nameof(BertLayer))
    {
        attention = new BertAttention(size);
        intermediate = new BertIntermediate(size);
        output = new BertOutput(size.Hidden, size.Width, size.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        var attended = attention.forward(x, mask);
        return output.forward(intermediate.forward(attended), attended);
    }
}

/// <summary>Self-attention with its output projection.</summary>
internal sealed class BertAttention : Module<Tensor, Tensor, Tensor>
{
    private readonly BertSelfAttention self;
    private readonly BertOutput output;

    public BertAttention(BertSize size) : base(nameof(BertAttention))
    {
        self = new BertSelfAttention(size);
        output = new BertOutput(size.Width, size.Width, size.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask) => output.forward(self.forward(x, mask), x);
}

/// <summary>Multi-head attention between the projections; what the mask adds to scores is 0 or minus infinity.</summary>
internal sealed class BertSelfAttention : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Dropout dropout;
    private readonly int _heads;

    public BertSelfAttention(BertSize size) : base(nameof(BertSelfAttention))
    {
        _heads = size.Heads;
        query = Linear(size.Width, size.Width);
        key = Linear(size.Width, size.Width);
        value = Linear(size.Width, size.Width);
        dropout = nn.Dropout(size.Dropout);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        var (queries, keys, values) = (Split(query.forward(x)), Split(key.forward(x)), Split(value.forward(x)));
        var scores = queries.matmul(keys.transpose(-2, -1)) / Math.Sqrt(queries.shape[^1]) + mask;
        return dropout.forward(functional.softmax(scores, -1)).matmul(values).transpose(1, 2).flatten(2);
    }

    private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
}

/// <summary>The wide half of the feed-forward network.</summary>
internal sealed class BertIntermediate : Module<Tensor, Tensor>
{
    private readonly Linear dense;

    public BertIntermediate(BertSize size) : base(nameof(BertIntermediate))
    {
        dense = Linear(size.Width, size.Hidden);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => functional.gelu(dense.forward(x));
}

/// <summary>A projection, dropout, and the norm of the sum with what went around.</summary>
internal sealed class BertOutput : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly LayerNorm LayerNorm;
    private readonly Dropout dropout;

    public BertOutput(int from, int to, double rate) : base(nameof(BertOutput))
    {
        dense = Linear(from, to);
        LayerNorm = nn.LayerNorm(to, BertSize.Epsilon);
        dropout = nn.Dropout(rate);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor around) => LayerNorm.forward(dropout.forward(dense.forward(x)) + around);
}
