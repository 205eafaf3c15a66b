using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>A depth-wise convolution and two point-wise ones, [n, width, h, w] to the same.</summary>
public sealed class ConvNeXtBlock : Module<Tensor, Tensor>
{
    private readonly Parameter? gamma;
    private readonly Conv2d depthwise_conv;
    private readonly LayerNorm norm;
    private readonly Linear pointwise_conv1;
    private readonly ResponseNorm? grn;
    private readonly Linear pointwise_conv2;

    public ConvNeXtBlock(int width, bool responseNorm) : base(nameof(ConvNeXtBlock))
    {
        depthwise_conv = Conv2d(width, width, kernel_size: 7, padding: 3, groups: width);
        norm = LayerNorm(width);
        pointwise_conv1 = Linear(width, 4 * width);
        pointwise_conv2 = Linear(4 * width, width);
        if (responseNorm) grn = new ResponseNorm(4 * width);
        else gamma = new Parameter(full(width, 0.1f));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = functional.gelu(pointwise_conv1.forward(norm.forward(depthwise_conv.forward(x).permute(0, 2, 3, 1))));
        y = pointwise_conv2.forward(grn?.forward(y) ?? y);
        if (gamma is not null) y = gamma * y;
        return x + y.permute(0, 3, 1, 2);
    }

    /// <summary>Global response normalization (Woo et al. 2023) of [n, h, w, width].</summary>
    public sealed class ResponseNorm : Module<Tensor, Tensor>
    {
        private readonly Parameter gamma;
        private readonly Parameter beta;

        public ResponseNorm(int width) : base(nameof(ResponseNorm))
        {
            gamma = new Parameter(zeros(width));
            beta = new Parameter(zeros(width));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var strength = (x.square().sum([1, 2], keepdim: true) + 1e-12).sqrt();
            return gamma * (x * (strength / (strength.mean([-1], keepdim: true) + 1e-6))) + beta + x;
        }
    }
}
