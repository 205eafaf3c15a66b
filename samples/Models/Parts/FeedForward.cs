using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>Two linear layers with GELU between, under mmcv's names: <c>layers.0.0</c> and <c>layers.1</c>.</summary>
public sealed class FeedForward : Module<Tensor, Tensor>
{
    private readonly Sequential layers;
    private readonly LayerScale? gamma2;

    public FeedForward(int width, int hidden, bool layerScale = false) : base(nameof(FeedForward))
    {
        layers = Sequential(Sequential(Linear(width, hidden), GELU()), Linear(hidden, width));
        if (layerScale) gamma2 = new LayerScale(width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = layers.forward(x);
        return gamma2?.forward(y) ?? y;
    }
}
