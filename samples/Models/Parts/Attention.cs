using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>
/// Self-attention with one matrix for queries, keys and values, as in timm and, where asked for with a learned scale, mmpretrain.
/// </summary>
public sealed class Attention : Module<Tensor, Tensor>
{
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly LayerScale? gamma1;
    private readonly int _heads;

    public Attention(int width, int heads, bool layerScale = false) : base(nameof(Attention))
    {
        _heads = heads;
        qkv = Linear(width, 3 * width);
        proj = Linear(width, width);
        if (layerScale) gamma1 = new LayerScale(width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var attended = proj.forward(Heads.Attend(Heads.SplitThree(qkv.forward(x), _heads)));
        return gamma1?.forward(attended) ?? attended;
    }
}
