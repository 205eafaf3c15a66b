using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>A layer norm over the channels of [n, width, h, w].</summary>
public sealed class LayerNorm2d : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;

    public LayerNorm2d(int width) : base(nameof(LayerNorm2d))
    {
        weight = new Parameter(ones(width));
        bias = new Parameter(zeros(width));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        functional.layer_norm(x.permute(0, 2, 3, 1), [weight.shape[0]], weight, bias, 1e-6).permute(0, 3, 1, 2);
}
