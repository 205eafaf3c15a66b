using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.External;

/// <summary>
/// Convolutions of one, three and one beside a shortcut, to four times the width. The stride is that of the middle one, as in torchvision.
/// </summary>
internal sealed class Bottleneck : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Conv2d conv3;
    private readonly BatchNorm2d bn3;
    private readonly Sequential? downsample;

    public Bottleneck(int from, int width, int stride) : base(nameof(Bottleneck))
    {
        conv1 = Conv2d(from, width, kernel_size: 1, bias: false);
        bn1 = BatchNorm2d(width);
        conv2 = Conv2d(width, width, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn2 = BatchNorm2d(width);
        conv3 = Conv2d(width, 4 * width, kernel_size: 1, bias: false);
        bn3 = BatchNorm2d(4 * width);
        if (from != 4 * width || stride != 1)
            downsample = Sequential(Conv2d(from, 4 * width, kernel_size: 1, stride: stride, bias: false), BatchNorm2d(4 * width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = bn2.forward(conv2.forward(bn1.forward(conv1.forward(x)).relu())).relu();
        return (bn3.forward(conv3.forward(y)) + (downsample?.forward(x) ?? x)).relu();
    }
}
