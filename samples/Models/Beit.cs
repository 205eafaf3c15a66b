using LayerDecayGen;
using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>What BEiT leaves to choose.</summary>
/// <param name="AbsolutePositions">Whether a table of positions is added to the tokens.</param>
/// <param name="SharedRelativePositions">Whether all blocks share one table of relative positions.</param>
/// <param name="RelativePositions">Whether each block has its own.</param>
/// <param name="LayerScale">Whether each branch of a block has a learned scale.</param>
/// <param name="MeanPooling">Whether the head reads the mean over patches, normed after it; the class token of normed ones
/// otherwise.</param>
public sealed record BeitOptions(
    bool AbsolutePositions = false,
    bool SharedRelativePositions = false,
    bool RelativePositions = true,
    bool LayerScale = true,
    bool MeanPooling = true);

/// <summary>
/// BEiT (Bao et al. 2022) for fine-tuning, with its names. A shared table of relative positions is in the top layer, as in its repository.
/// </summary>
[LayerDecay(0.65)]
public sealed partial class Beit : Module<Tensor, Tensor>
{
    [Layer(0), NoWeightDecay] private readonly Parameter cls_token;
    [Layer(0), NoWeightDecay] private readonly Parameter? pos_embed;
    [Layer(0)] private readonly PatchEmbed patch_embed;
    [LastLayer] private readonly RelativePositionBias? rel_pos_bias;
    [LayerStack] private readonly ModuleList<Block> blocks;
    [LastLayer] private readonly LayerNorm? norm;
    [LastLayer] private readonly LayerNorm? fc_norm;
    [LastLayer] private readonly Linear head;

    public Beit(ImagePatches patches, int width, int depth, int heads, int classes, BeitOptions options) : base(nameof(Beit))
    {
        cls_token = new Parameter(randn(1, 1, width) * 0.02);
        if (options.AbsolutePositions) pos_embed = new Parameter(randn(1, 1 + patches.Count, width) * 0.02);
        patch_embed = new PatchEmbed(patches.Patch, width);
        if (options.SharedRelativePositions) rel_pos_bias = new RelativePositionBias(patches.Side, heads);
        (int, int)? window = options.RelativePositions ? (patches.Side, patches.Side) : null;
        blocks = new ModuleList<Block>([.. Enumerable.Range(0, depth).Select(_ => new Block(width, heads, window, options.LayerScale))]);
        if (options.MeanPooling) fc_norm = LayerNorm(width);
        else norm = LayerNorm(width);
        head = Linear(width, classes);
        RegisterComponents();
    }

    /// <summary>Images [n, 3, s, s] to class scores [n, classes].</summary>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var x = cat([cls_token.expand(images.shape[0], -1, -1), patch_embed.forward(images)], 1);
        if (pos_embed is not null) x = x + pos_embed;
        var bias = rel_pos_bias?.Biases();
        foreach (var block in blocks) x = block.forward(x, bias);
        var pooled = fc_norm?.forward(x.narrow(1, 1, x.shape[1] - 1).mean([1])) ?? norm!.forward(x).select(1, 0);
        return head.forward(pooled).MoveToOuterDisposeScope();
    }

    /// <summary>The table of relative positions that all blocks share.</summary>
    public sealed class RelativePositionBias : nn.Module
    {
        private readonly Parameter relative_position_bias_table;
        private readonly Tensor relative_position_index;

        public RelativePositionBias(int side, int heads) : base(nameof(RelativePositionBias))
        {
            relative_position_bias_table = new Parameter(zeros(RelativePositions.RowsWithClassToken(side, side), heads));
            relative_position_index = RelativePositions.IndexWithClassToken(side, side);
            RegisterComponents();
        }

        /// <summary>Biases on the scores, [1, heads, tokens, tokens].</summary>
        public Tensor Biases() => RelativePositions.Bias(relative_position_bias_table, relative_position_index);
    }

    /// <summary>A pre-norm transformer block whose two branches may be scaled.</summary>
    public sealed class Block : Module<Tensor, Tensor?, Tensor>
    {
        private readonly Parameter? gamma_1;
        private readonly Parameter? gamma_2;
        private readonly LayerNorm norm1;
        private readonly QvBiasAttention attn;
        private readonly LayerNorm norm2;
        private readonly Mlp mlp;

        public Block(int width, int heads, (int, int)? window, bool layerScale) : base(nameof(Block))
        {
            if (layerScale) (gamma_1, gamma_2) = (new Parameter(full(width, 0.1f)), new Parameter(full(width, 0.1f)));
            norm1 = LayerNorm(width);
            attn = new QvBiasAttention(width, heads, window);
            norm2 = LayerNorm(width);
            mlp = new Mlp(width, 4 * width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor? sharedBias)
        {
            var attended = x + Scaled(gamma_1, attn.forward(norm1.forward(x), sharedBias));
            return attended + Scaled(gamma_2, mlp.forward(norm2.forward(attended)));
        }

        private static Tensor Scaled(Parameter? gamma, Tensor x) => gamma is null ? x : gamma * x;
    }
}
