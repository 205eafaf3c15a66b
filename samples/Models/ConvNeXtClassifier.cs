using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// mmpretrain's classifier over a ConvNeXt. Its rule of layers: the stem is 0, the first two stages are a layer each, three blocks of the
/// third stage make a layer, and the fourth stage is the last layer below the top: 12 where the third stage has more than nine blocks, 6
/// otherwise. Each down-sampling is in the layer of the blocks after it.
/// </summary>
public abstract class ConvNeXtClassifier : Module<Tensor, Tensor>
{
    private readonly ConvNeXt backbone;
    private readonly ClassificationHead head;

    private protected ConvNeXtClassifier(string name, int[] widths, int[] depths, int classes, bool responseNorm) : base(name)
    {
        backbone = new ConvNeXt(widths, depths, responseNorm);
        head = new ClassificationHead(widths[3], classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return head.forward(backbone.forward(images)).MoveToOuterDisposeScope();
    }

    private protected static int LayerOfBlock(int stage, int index, int last) => stage switch
    {
        < 2 => stage + 1,
        2 => 3 + index / 3,
        _ => last,
    };

    private protected static int LayerOfDownsampling(int stage, int last) => stage == 0 ? 0 : LayerOfBlock(stage, 0, last);
}

/// <summary>A ConvNeXt of nine blocks in its third stage (7 to 9 leave no layer out): the last of its layers below the top is 6.</summary>
[LayerDecay(0.8)]
[LayerStack("backbone.downsample_layers", LayerOf = nameof(LayerOfDownsampling))]
[LayerStack("backbone.stages.{s}.{b}", LayerOf = nameof(LayerOfBlock))]
[LastLayer("backbone.norm3"), LastLayer("head")]
public sealed partial class ConvNeXtTiny(int[] widths, int[] depths, int classes, bool responseNorm = false)
    : ConvNeXtClassifier(nameof(ConvNeXtTiny), widths, depths, classes, responseNorm)
{
    private static int LayerOfBlock(int stage, int index) => LayerOfBlock(stage, index, last: 6);

    private static int LayerOfDownsampling(int stage) => LayerOfDownsampling(stage, last: 6);
}

/// <summary>A ConvNeXt of 27 blocks in its third stage (25 to 27 leave no layer out): the last of its layers below the top is 12.</summary>
[LayerDecay(0.8)]
[LayerStack("backbone.downsample_layers", LayerOf = nameof(LayerOfDownsampling))]
[LayerStack("backbone.stages.{s}.{b}", LayerOf = nameof(LayerOfBlock))]
[LastLayer("backbone.norm3"), LastLayer("head")]
public sealed partial class ConvNeXtSmall(int[] widths, int[] depths, int classes, bool responseNorm = false)
    : ConvNeXtClassifier(nameof(ConvNeXtSmall), widths, depths, classes, responseNorm)
{
    private static int LayerOfBlock(int stage, int index) => LayerOfBlock(stage, index, last: 12);

    private static int LayerOfDownsampling(int stage) => LayerOfDownsampling(stage, last: 12);
}
