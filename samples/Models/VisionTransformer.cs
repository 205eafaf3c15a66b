using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// A vision transformer (Dosovitskiy et al. 2021) with timm's names and timm's layers: the final norm shares the layer of the last block.
/// </summary>
[LayerDecay(0.75)]
public sealed partial class VisionTransformer : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly PatchEmbed patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [PreviousLayer] private readonly LayerNorm norm;
    [LastLayer] private readonly Linear head;

    public VisionTransformer(ImagePatches patches, int width, int depth, int heads, int classes) : base(nameof(VisionTransformer))
    {
        cls_token = new Parameter(randn(1, 1, width) * 0.02);
        pos_embed = new Parameter(randn(1, 1 + patches.Count, width) * 0.02);
        patch_embed = new PatchEmbed(patches.Patch, width);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width, heads))]);
        norm = LayerNorm(width);
        head = Linear(width, classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = cat([cls_token.expand(images.shape[0], -1, -1), patch_embed.forward(images)], 1) + pos_embed;
        foreach (var block in blocks) x = block.forward(x);
        return head.forward(norm.forward(x).select(1, 0)).MoveToOuterDisposeScope();
    }

    /// <summary>A pre-norm transformer block.</summary>
    public sealed class Block : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm1;
        private readonly Attention attn;
        private readonly LayerNorm norm2;
        private readonly Mlp mlp;

        public Block(int width, int heads) : base(nameof(Block))
        {
            norm1 = LayerNorm(width);
            attn = new Attention(width, heads);
            norm2 = LayerNorm(width);
            mlp = new Mlp(width, 4 * width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var attended = x + attn.forward(norm1.forward(x));
            return attended + mlp.forward(norm2.forward(attended));
        }
    }
}
