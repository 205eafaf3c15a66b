using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>A learned factor for each channel (Touvron et al. 2021), under mmpretrain's name.</summary>
public sealed class LayerScale : Module<Tensor, Tensor>
{
    private readonly Parameter weight;

    public LayerScale(int width) : base(nameof(LayerScale))
    {
        weight = new Parameter(full(width, 0.1f));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => weight * x;
}
