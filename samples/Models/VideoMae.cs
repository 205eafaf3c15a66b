using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>What VideoMAE leaves to choose.</summary>
/// <param name="LearnedPositions">Whether positions are a parameter; a fixed table of sines otherwise.</param>
/// <param name="LayerScale">Whether each branch of a block has a learned scale.</param>
/// <param name="MeanPooling">Whether the head reads the mean over tokens, normed after it; the first token of normed ones
/// otherwise.</param>
public sealed record VideoMaeOptions(bool LearnedPositions = false, bool LayerScale = false, bool MeanPooling = true);

/// <summary>The vision transformer of VideoMAE (Tong et al. 2022) for fine-tuning, with its names.</summary>
[LayerDecay(0.75)]
public sealed partial class VideoMae : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter? pos_embed;
    [Layer(0)] private readonly TubeEmbed patch_embed;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [LastLayer] private readonly LayerNorm? norm;
    [LastLayer] private readonly LayerNorm? fc_norm;
    [LastLayer] private readonly Linear head;

    public VideoMae(VideoTubes tubes, int width, int depth, int heads, int classes, VideoMaeOptions options) : base(nameof(VideoMae))
    {
        if (options.LearnedPositions) pos_embed = new Parameter(randn(1, tubes.Count, width) * 0.02);
        patch_embed = new TubeEmbed(tubes, width);
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width, heads, options.LayerScale))]);
        if (options.MeanPooling) fc_norm = LayerNorm(width);
        else norm = LayerNorm(width);
        head = Linear(width, classes);
        RegisterComponents();
    }

    /// <summary>Clips [n, 3, t, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor clips)
    {
        using var scope = NewDisposeScope();
        var x = patch_embed.forward(clips);
        x = x + (pos_embed ?? Sinusoid.Table(x.shape[1], x.shape[2], x.device));
        foreach (var block in blocks) x = block.forward(x);
        var pooled = fc_norm?.forward(x.mean([1])) ?? norm!.forward(x).select(1, 0);
        return head.forward(pooled).MoveToOuterDisposeScope();
    }

    /// <summary>A pre-norm transformer block whose two branches may be scaled.</summary>
    public sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Parameter? gamma_1;
        private readonly Parameter? gamma_2;
        private readonly LayerNorm norm1;
        private readonly QvBiasAttention attn;
        private readonly LayerNorm norm2;
        private readonly Mlp mlp;

        public Block(int width, int heads, bool layerScale) : base(nameof(Block))
        {
            if (layerScale) (gamma_1, gamma_2) = (new Parameter(full(width, 0.1f)), new Parameter(full(width, 0.1f)));
            norm1 = LayerNorm(width);
            attn = new QvBiasAttention(width, heads);
            norm2 = LayerNorm(width);
            mlp = new Mlp(width, 4 * width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var attended = x + Scaled(gamma_1, attn.forward(norm1.forward(x), null));
            return attended + Scaled(gamma_2, mlp.forward(norm2.forward(attended)));
        }

        private static Tensor Scaled(Parameter? gamma, Tensor x) => gamma is null ? x : gamma * x;
    }
}
