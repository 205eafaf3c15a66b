using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Benchmarks.Models;

/// <summary>The widths of the ViTs that everybody fine-tunes, depth 12: ViT-Ti 5.7 M, ViT-S 22 M, ViT-B 86 M parameters in 152 tensors.</summary>
internal sealed record VitScale(string Name, int Width, int Heads)
{
    public static readonly VitScale Tiny = new("ViT-Ti", 192, 3);
    public static readonly VitScale Small = new("ViT-S", 384, 6);
    public static readonly VitScale Base = new("ViT-B", 768, 12);
    public static readonly VitScale[] All = [Tiny, Small, Base];
}

/// <summary>A ViT/16 at 224 x 224 with timm's names: it holds parameters to group and to step, and never runs forward.</summary>
[LayerDecay(0.75)]
internal sealed partial class BenchmarkVit : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly PatchEmbed patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [LastLayer] private readonly LayerNorm norm;
    [LastLayer] private readonly Linear head;

    public BenchmarkVit(VitScale scale, int classes = 1000) : base(nameof(BenchmarkVit))
    {
        cls_token = new Parameter(zeros(1, 1, scale.Width));
        pos_embed = new Parameter(zeros(1, 197, scale.Width));
        patch_embed = new PatchEmbed(scale.Width);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, 12).Select(_ => new Block(scale.Width))]);
        norm = LayerNorm(scale.Width);
        head = Linear(scale.Width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => input;

    /// <summary>Gives every parameter a gradient, as a backward pass would.</summary>
    public void FillGradients()
    {
        foreach (var p in parameters()) p.grad = randn_like(p).mul_(1e-3).detach();
    }

    internal sealed class PatchEmbed : Module<Tensor, Tensor>
    {
        private readonly Conv2d proj;

        public PatchEmbed(int width) : base(nameof(PatchEmbed))
        {
            proj = Conv2d(3, width, kernel_size: 16, stride: 16);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input;
    }

    internal sealed class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1;
        private readonly Attention attn;
        private readonly LayerNorm norm2;
        private readonly Mlp mlp;

        public Block(int width) : base(nameof(Block))
        {
            (norm1, attn, norm2, mlp) = (LayerNorm(width), new Attention(width), LayerNorm(width), new Mlp(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input;
    }

    internal sealed class Attention : Module<Tensor, Tensor>
    {
        private readonly Linear qkv;
        private readonly Linear proj;

        public Attention(int width) : base(nameof(Attention))
        {
            (qkv, proj) = (Linear(width, 3 * width), Linear(width, width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input;
    }

    internal sealed class Mlp : Module<Tensor, Tensor>
    {
        private readonly Linear fc1;
        private readonly Linear fc2;

        public Mlp(int width) : base(nameof(Mlp))
        {
            (fc1, fc2) = (Linear(width, 4 * width), Linear(4 * width, width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => input;
    }
}
