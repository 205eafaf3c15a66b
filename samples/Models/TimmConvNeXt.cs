using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// ConvNeXt (Liu et al. 2022) with timm's names: convnext_tiny has depths 3, 3, 9, 3 and widths 96 to 768. Every block is a layer; a stage's
/// down-sampling is in the layer of the block before it, where timm has it in that of the block after it.
/// </summary>
[LayerDecay(0.8)]
public sealed partial class TimmConvNeXt : Module<Tensor, Tensor>
{
    [Layer(0)] private readonly Sequential stem;
    [LayerStack] private readonly ModuleList<Stage> stages = new();
    [LastLayer] private readonly Head head;

    public TimmConvNeXt(int[] depths, int[] widths, int classes) : base(nameof(TimmConvNeXt))
    {
        stem = Sequential(Conv2d(3, widths[0], kernel_size: 4, stride: 4), new LayerNorm2d(widths[0]));
        for (var i = 0; i < depths.Length; i++) stages.Add(new Stage(widths[Math.Max(i - 1, 0)], widths[i], depths[i], isFirst: i == 0));
        head = new Head(widths[^1], classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = stem.forward(images);
        foreach (var stage in stages) x = stage.forward(x);
        return head.forward(x).MoveToOuterDisposeScope();
    }

    /// <summary>Down-sampling, in all stages but the first, and blocks.</summary>
    public sealed class Stage : Module<Tensor, Tensor>
    {
        [PreviousLayer] private readonly Sequential? downsample;
        [LayerStack] private readonly ModuleList<Block> blocks;

        public Stage(int from, int width, int depth, bool isFirst) : base(nameof(Stage))
        {
            if (!isFirst) downsample = Sequential(new LayerNorm2d(from), Conv2d(from, width, kernel_size: 2, stride: 2));
            blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width))]);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            x = downsample?.forward(x) ?? x;
            foreach (var block in blocks) x = block.forward(x);
            return x;
        }
    }

    /// <summary>A depth-wise convolution and an MLP, scaled: [n, width, h, w] to the same.</summary>
    public sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Parameter gamma;
        private readonly Conv2d conv_dw;
        private readonly LayerNorm norm;
        private readonly Mlp mlp;

        public Block(int width) : base(nameof(Block))
        {
            gamma = new Parameter(full(width, 1e-6f));
            conv_dw = Conv2d(width, width, kernel_size: 7, padding: 3, groups: width);
            norm = LayerNorm(width, eps: 1e-6);
            mlp = new Mlp(width, 4 * width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) =>
            x + (mlp.forward(norm.forward(conv_dw.forward(x).permute(0, 2, 3, 1))) * gamma).permute(0, 3, 1, 2);
    }

    /// <summary>The mean over places, a norm and the classifier.</summary>
    public sealed class Head : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm;
        private readonly Linear fc;

        public Head(int width, int classes) : base(nameof(Head))
        {
            norm = LayerNorm(width, eps: 1e-6);
            fc = Linear(width, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fc.forward(norm.forward(x.mean([2, 3])));
    }
}
