using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>A pre-norm decoder block: tokens [n, t, width] to the same, each seeing those before it.</summary>
public sealed class LlamaLayer : Module<Tensor, Tensor>
{
    private readonly SelfAttention self_attn;
    private readonly GatedMlp mlp;
    private readonly RmsNorm input_layernorm;
    private readonly RmsNorm post_attention_layernorm;

    public LlamaLayer(LlamaSize size) : base(nameof(LlamaLayer))
    {
        self_attn = new SelfAttention(size.Width, size.Heads);
        mlp = new GatedMlp(size.Width, size.Hidden);
        input_layernorm = new RmsNorm(size.Width);
        post_attention_layernorm = new RmsNorm(size.Width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var attended = x + self_attn.forward(input_layernorm.forward(x));
        return attended + mlp.forward(post_attention_layernorm.forward(attended));
    }

    /// <summary>Causal attention with rotary positions (Su et al. 2021).</summary>
    public sealed class SelfAttention : Module<Tensor, Tensor>
    {
        private readonly Linear q_proj;
        private readonly Linear k_proj;
        private readonly Linear v_proj;
        private readonly Linear o_proj;
        private readonly int _heads;

        public SelfAttention(int width, int heads) : base(nameof(SelfAttention))
        {
            _heads = heads;
            q_proj = Linear(width, width, hasBias: false);
            k_proj = Linear(width, width, hasBias: false);
            v_proj = Linear(width, width, hasBias: false);
            o_proj = Linear(width, width, hasBias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var queries = Rotate(Heads.Split(q_proj.forward(x), _heads));
            var keys = Rotate(Heads.Split(k_proj.forward(x), _heads));
            return o_proj.forward(Heads.Attend((queries, keys, Heads.Split(v_proj.forward(x), _heads)), causal: true));
        }

        // [n, heads, t, d]: channel i turns with channel i + d / 2.
        private static Tensor Rotate(Tensor x)
        {
            var half = x.shape[^1] / 2;
            var frequency = exp(arange(half, dtype: float32, device: x.device) * (-Math.Log(10000) / half));
            var angle = arange(x.shape[2], dtype: float32, device: x.device).unsqueeze(1) * frequency;
            var parts = x.chunk(2, dim: -1);
            var (cosine, sine) = (angle.cos(), angle.sin());
            return cat([parts[0] * cosine - parts[1] * sine, parts[1] * cosine + parts[0] * sine], -1);
        }
    }

    /// <summary>A linear layer gated by another through SiLU (Shazeer 2020).</summary>
    public sealed class GatedMlp : Module<Tensor, Tensor>
    {
        private readonly Linear gate_proj;
        private readonly Linear up_proj;
        private readonly Linear down_proj;

        public GatedMlp(int width, int hidden) : base(nameof(GatedMlp))
        {
            gate_proj = Linear(width, hidden, hasBias: false);
            up_proj = Linear(width, hidden, hasBias: false);
            down_proj = Linear(hidden, width, hasBias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => down_proj.forward(functional.silu(gate_proj.forward(x)) * up_proj.forward(x));
    }
}
