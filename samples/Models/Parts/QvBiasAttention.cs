using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo.Parts;

/// <summary>
/// Self-attention of BEiT and VideoMAE: one matrix for queries, keys and values, biases for queries and values alone, and, where a window
/// is given, a table of biases by relative position.
/// </summary>
public sealed class QvBiasAttention : Module<Tensor, Tensor?, Tensor>
{
    private readonly Parameter q_bias;
    private readonly Parameter v_bias;
    private readonly Parameter? relative_position_bias_table;
    private readonly Tensor? relative_position_index;
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly int _heads;

    public QvBiasAttention(int width, int heads, (int Height, int Width)? window = null) : base(nameof(QvBiasAttention))
    {
        _heads = heads;
        q_bias = new Parameter(zeros(width));
        v_bias = new Parameter(zeros(width));
        if (window is { } patches)
        {
            relative_position_bias_table = new Parameter(zeros(RelativePositions.RowsWithClassToken(patches.Height, patches.Width), heads));
            relative_position_index = RelativePositions.IndexWithClassToken(patches.Height, patches.Width);
        }

        qkv = Linear(width, 3 * width, hasBias: false);
        proj = Linear(width, width);
        RegisterComponents();
    }

    /// <summary>Tokens [n, t, width] and a bias on the scores that all blocks share, or null, to tokens [n, t, width].</summary>
    public override Tensor forward(Tensor x, Tensor? sharedBias)
    {
        var bias = cat([q_bias, zeros_like(q_bias), v_bias]);
        var parts = Heads.SplitThree(functional.linear(x, qkv.weight!, bias), _heads);
        return proj.forward(Heads.Attend(parts, Sum(OwnBias(), sharedBias)));
    }

    private Tensor? OwnBias() =>
        relative_position_bias_table is null ? null : RelativePositions.Bias(relative_position_bias_table, relative_position_index!);

    private static Tensor? Sum(Tensor? a, Tensor? b) => a is null ? b : b is null ? a : a + b;
}
