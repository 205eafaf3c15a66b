using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Benchmarks.Models;

/// <summary>A ViT that runs: 32 x 32 images in patches of 4, depth 6, width 96; 0.7 M parameters, for whole training steps on two cores.</summary>
[LayerDecay(0.75)]
internal sealed partial class SmallVit : Module<Tensor, Tensor>
{
    private const int Width = 96;

    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly Conv2d patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [LastLayer] private readonly LayerNorm norm;
    [LastLayer] private readonly Linear head;

    public SmallVit() : base(nameof(SmallVit))
    {
        pos_embed = new Parameter(randn(1, 64, Width).mul_(0.02).detach());
        patch_embed = Conv2d(3, Width, kernel_size: 4, stride: 4);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, 6).Select(_ => new Block())]);
        norm = LayerNorm(Width);
        head = Linear(Width, 10);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var x = patch_embed.call(images).flatten(2).transpose(1, 2) + pos_embed;
        foreach (var block in blocks) x = block.call(x);
        return head.call(norm.call(x).mean([1L]));
    }

    internal sealed class Block : Module<Tensor, Tensor>
    {
        private const int Heads = 3;

        private readonly LayerNorm norm1 = LayerNorm(Width);
        private readonly Linear qkv = Linear(Width, 3 * Width);
        private readonly Linear proj = Linear(Width, Width);
        private readonly LayerNorm norm2 = LayerNorm(Width);
        private readonly Linear fc1 = Linear(Width, 4 * Width);
        private readonly Linear fc2 = Linear(4 * Width, Width);

        public Block() : base(nameof(Block)) => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            var heads = qkv.call(norm1.call(x)).reshape(x.size(0), x.size(1), 3, Heads, Width / Heads).permute(2, 0, 3, 1, 4);
            var mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2]);
            x += proj.call(mixed.transpose(1, 2).reshape(x.shape));
            return x + fc2.call(functional.gelu(fc1.call(norm2.call(x))));
        }
    }
}
