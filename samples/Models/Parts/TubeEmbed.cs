using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>Cuts clips into tubes and embeds each, under VideoMAE's names: clips [n, 3, t, s, s] to tokens [n, tubes, width].</summary>
public sealed class TubeEmbed : Module<Tensor, Tensor>
{
    private readonly Conv3d proj;

    public TubeEmbed(VideoTubes tubes, int width) : base(nameof(TubeEmbed))
    {
        proj = Conv3d(3, width, kernel_size: (tubes.Tube, tubes.Patch, tubes.Patch), stride: (tubes.Tube, tubes.Patch, tubes.Patch));
        RegisterComponents();
    }

    public override Tensor forward(Tensor clips) => proj.forward(clips).flatten(2).transpose(1, 2);
}

/// <summary>The same under MMAction2's name: <c>projection</c>.</summary>
public sealed class TubeProjection : Module<Tensor, Tensor>
{
    [ComponentName(Name = "projection")] private readonly Conv3d _proj;

    public TubeProjection(VideoTubes tubes, int width) : base(nameof(TubeProjection))
    {
        _proj = Conv3d(3, width, kernel_size: (tubes.Tube, tubes.Patch, tubes.Patch), stride: (tubes.Tube, tubes.Patch, tubes.Patch));
        RegisterComponents();
    }

    public override Tensor forward(Tensor clips) => _proj.forward(clips).flatten(2).transpose(1, 2);
}
