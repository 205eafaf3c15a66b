using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Docs;

[LayerDecay(0.75)]                                          // lr scale = 0.75^(last layer - layer)
public sealed partial class VisionTransformer : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter pos_embed;
    [Layer(0)] private readonly Conv2d patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;   // blocks[i] is layer i + 1
    [LastLayer] private readonly LayerNorm norm;
    [LastLayer] private readonly Linear head;

    public VisionTransformer(int depth = 3, int width = 32, int classes = 10) : base(nameof(VisionTransformer))
    {
        cls_token = new Parameter(zeros(1, 1, width));
        pos_embed = new Parameter(zeros(1, 17, width));
        patch_embed = Conv2d(1, width, kernel_size: 2, stride: 2);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width))]);
        norm = LayerNorm(width);
        head = Linear(width, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var x = cat([cls_token.expand(images.shape[0], -1, -1), patch_embed.forward(images).flatten(2).transpose(1, 2)], 1) + pos_embed;
        foreach (var block in blocks) x = block.forward(x);
        return head.forward(norm.forward(x).select(1, 0));
    }
}

/// <summary>A block needs no attribute and no partial, and keeps its fields private.</summary>
public sealed class Block : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly Linear mlp;

    public Block(int width) : base(nameof(Block))
    {
        norm1 = LayerNorm(width);
        mlp = Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => x + functional.gelu(mlp.forward(norm1.forward(x)));
}
