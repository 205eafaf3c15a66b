using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.External;

/// <summary>Two convolutions beside a shortcut, which is projected where the shape changes.</summary>
internal sealed class BasicBlock : Module<Tensor, Tensor>
{
    private readonly Conv2d conv1;
    private readonly BatchNorm2d bn1;
    private readonly Conv2d conv2;
    private readonly BatchNorm2d bn2;
    private readonly Sequential? downsample;

    public BasicBlock(int from, int to, int stride) : base(nameof(BasicBlock))
    {
        conv1 = Conv2d(from, to, kernel_size: 3, stride: stride, padding: 1, bias: false);
        bn1 = BatchNorm2d(to);
        conv2 = Conv2d(to, to, kernel_size: 3, padding: 1, bias: false);
        bn2 = BatchNorm2d(to);
        if (from != to || stride != 1)
            downsample = Sequential(Conv2d(from, to, kernel_size: 1, stride: stride, bias: false), BatchNorm2d(to));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = bn2.forward(conv2.forward(bn1.forward(conv1.forward(x)).relu()));
        return (y + (downsample?.forward(x) ?? x)).relu();
    }
}
