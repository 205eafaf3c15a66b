using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>Cuts images into patches and embeds each, under timm's names: images [n, 3, s, s] to tokens [n, patches, width].</summary>
public sealed class PatchEmbed : Module<Tensor, Tensor>
{
    private readonly Conv2d proj;

    public PatchEmbed(int patch, int width) : base(nameof(PatchEmbed))
    {
        proj = Conv2d(3, width, kernel_size: patch, stride: patch);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images) => proj.forward(images).flatten(2).transpose(1, 2);
}
