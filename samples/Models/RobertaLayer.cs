using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>A post-norm transformer block: tokens [n, t, width] and a mask [n, 1, 1, t] to tokens.</summary>
internal sealed class RobertaLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly SelfAttentionAndOutput attention;
    private readonly Intermediate intermediate;
    private readonly ResidualOutput output;

    public RobertaLayer(int width, int heads) : base(nameof(RobertaLayer))
    {
        attention = new SelfAttentionAndOutput(width, heads);
        intermediate = new Intermediate(width, 4 * width);
        output = new ResidualOutput(4 * width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor mask)
    {
        var attended = attention.forward(x, mask);
        return output.forward(intermediate.forward(attended), attended);
    }

    private sealed class SelfAttentionAndOutput : Module<Tensor, Tensor, Tensor>
    {
        private readonly SelfAttention self;
        private readonly ResidualOutput output;

        public SelfAttentionAndOutput(int width, int heads) : base(nameof(SelfAttentionAndOutput))
        {
            self = new SelfAttention(width, heads);
            output = new ResidualOutput(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask) => output.forward(self.forward(x, mask), x);
    }

    private sealed class SelfAttention : Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear query;
        private readonly Linear key;
        private readonly Linear value;
        private readonly int _heads;

        public SelfAttention(int width, int heads) : base(nameof(SelfAttention))
        {
            _heads = heads;
            query = Linear(width, width);
            key = Linear(width, width);
            value = Linear(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor mask) =>
            Heads.Attend((Heads.Split(query.forward(x), _heads), Heads.Split(key.forward(x), _heads), Heads.Split(value.forward(x), _heads)), mask);
    }

    private sealed class Intermediate : Module<Tensor, Tensor>
    {
        private readonly Linear dense;

        public Intermediate(int width, int hidden) : base(nameof(Intermediate))
        {
            dense = Linear(width, hidden);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => functional.gelu(dense.forward(x));
    }

    private sealed class ResidualOutput : Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear dense;
        private readonly LayerNorm LayerNorm;

        public ResidualOutput(int from, int to) : base(nameof(ResidualOutput))
        {
            dense = Linear(from, to);
            LayerNorm = nn.LayerNorm(to);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor residual) => LayerNorm.forward(dense.forward(x) + residual);
    }
}
