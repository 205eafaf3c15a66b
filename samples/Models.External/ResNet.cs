using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.External;

/// <summary>
/// A residual network (He et al. 2016) with torchvision's names. It knows nothing of layer decay, as a model in somebody
/// else's package does not.
/// </summary>
public sealed class ResNet : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly Linear fc;

    /// <param name="depths">The number of blocks of each of the four stages: 2, 2, 2, 2 for a ResNet-18.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="width">The channels of the first stage; each further stage has twice as many.</param>
    /// <param name="bottleneck">Whether blocks are bottlenecks, as in a ResNet-50 (3, 4, 6, 3), whose stages have four times the channels.</param>
    public ResNet(int[] depths, int classes, int width = 64, bool bottleneck = false) : base(nameof(ResNet))
    {
        var wide = bottleneck ? 4 : 1;
        conv1 = Conv2d(3, width, kernel_size: 7, stride: 2, padding: 3, bias: false);
        bn1 = BatchNorm2d(width);
        layer1 = Stage(width, width, depths[0], stride: 1, bottleneck);
        layer2 = Stage(wide * width, 2 * width, depths[1], stride: 2, bottleneck);
        layer3 = Stage(wide * 2 * width, 4 * width, depths[2], stride: 2, bottleneck);
        layer4 = Stage(wide * 4 * width, 8 * width, depths[3], stride: 2, bottleneck);
        fc = Linear(wide * 8 * width, classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, h, w] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var stem = functional.max_pool2d(bn1.forward(conv1.forward(images)).relu(), kernel_size: 3, stride: 2, padding: 1);
        var features = layer4.forward(layer3.forward(layer2.forward(layer1.forward(stem))));
        return fc.forward(features.mean([2, 3])).MoveToOuterDisposeScope();
    }

    private static Sequential Stage(int from, int width, int depth, int stride, bool bottleneck) => bottleneck
        ? Sequential(Enumerable.Range(0, depth).Select(i => i == 0 ? new Bottleneck(from, width, stride) : new Bottleneck(4 * width, width, 1)))
        : Sequential(Enumerable.Range(0, depth).Select(i => i == 0 ? new BasicBlock(from, width, stride) : new BasicBlock(width, width, 1)));
}
