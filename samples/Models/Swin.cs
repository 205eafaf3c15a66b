using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>
/// The backbone of Swin (Liu et al. 2021) with mmpretrain's names. Blocks are layers, numbered through all stages; a stage's down-sampling
/// belongs to its last block. A table of absolute positions is in the top layer, as in mmpretrain, and so is the norm, whose name tells its
/// stage.
/// </summary>
[LastLayer("norm{i}")]
public sealed class Swin : Module<Tensor, Tensor>
{
    [LastLayer, NoWeightDecay] private readonly Parameter? absolute_pos_embed;
    [Layer(0)] private readonly PatchProjection patch_embed;
    [LayerStack] private readonly ModuleList<Stage> stages = new();
    private readonly int _side;
    // A field of the norm's type would register it a second time, under the field's name.
    private readonly Func<Tensor, Tensor> _norm;

    /// <param name="patches">How images are cut.</param>
    /// <param name="width">The channels of the first stage; each further stage has twice as many.</param>
    /// <param name="depths">The number of blocks of each stage.</param>
    /// <param name="heads">The number of heads of the first stage; each further stage has twice as many.</param>
    /// <param name="window">The side of a window, in patches.</param>
    /// <param name="absolutePositions">Whether a table of positions is added to the tokens.</param>
    public Swin(ImagePatches patches, int width, int[] depths, int heads, int window, bool absolutePositions = false) : base(nameof(Swin))
    {
        _side = patches.Side;
        if (absolutePositions) absolute_pos_embed = new Parameter(randn(1, patches.Count, width) * 0.02);
        patch_embed = new PatchProjection(patches.Patch, width, normalised: true);
        for (var i = 0; i < depths.Length; i++)
            stages.Add(new Stage(width << i, depths[i], heads << i, window, isLast: i == depths.Length - 1));
        var norm = LayerNorm(width << (depths.Length - 1));
        register_module($"norm{depths.Length - 1}", norm);
        _norm = norm.forward;
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to features [n, width of the last stage].</summary>
    public override Tensor forward(Tensor images)
    {
        var tokens = patch_embed.forward(images);
        if (absolute_pos_embed is not null) tokens = tokens + absolute_pos_embed;
        var x = tokens.view(tokens.shape[0], _side, _side, tokens.shape[2]);
        foreach (var stage in stages) x = stage.forward(x);
        return _norm(x).mean([1, 2]);
    }

    /// <summary>Blocks of one resolution, [n, h, w, width], and the merging of two by two patches after all stages but the last.</summary>
    public sealed class Stage : Module<Tensor, Tensor>
    {
        [LayerStack] private readonly ModuleList<SwinBlock> blocks;
        [PreviousLayer] private readonly PatchMerging? downsample;

        public Stage(int width, int depth, int heads, int window, bool isLast) : base(nameof(Stage))
        {
            blocks = new ModuleList<SwinBlock>([.. Enumerable.Range(0, depth).Select(i => new SwinBlock(width, heads, window, isShifted: i % 2 == 1))]);
            if (!isLast) downsample = new PatchMerging(width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            foreach (var block in blocks) x = block.forward(x);
            return downsample?.forward(x) ?? x;
        }
    }

    /// <summary>Two by two patches to one of twice the channels: [n, h, w, width] to [n, h / 2, w / 2, 2 width].</summary>
    public sealed class PatchMerging : Module<Tensor, Tensor>
    {
        private readonly LayerNorm norm;
        private readonly Linear reduction;

        public PatchMerging(int width) : base(nameof(PatchMerging))
        {
            norm = LayerNorm(4 * width);
            reduction = Linear(4 * width, 2 * width, hasBias: false);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var (n, h, w, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3]);
            var merged = x.view(n, h / 2, 2, w / 2, 2, width).permute(0, 1, 3, 5, 2, 4).reshape(n, h / 2, w / 2, 4 * width);
            return reduction.forward(norm.forward(merged));
        }
    }
}
