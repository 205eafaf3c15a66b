using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>
/// Cuts images into patches and embeds each, under mmpretrain's names: images [n, 3, s, s] to tokens [n, patches, width].
/// </summary>
public sealed class PatchProjection : Module<Tensor, Tensor>
{
    private readonly Conv2d projection;
    private readonly LayerNorm? norm;

    public PatchProjection(int patch, int width, bool normalised = false) : base(nameof(PatchProjection))
    {
        projection = Conv2d(3, width, kernel_size: patch, stride: patch);
        if (normalised) norm = LayerNorm(width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var tokens = projection.forward(images).flatten(2).transpose(1, 2);
        return norm?.forward(tokens) ?? tokens;
    }
}
