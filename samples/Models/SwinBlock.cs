using ModelZoo.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ModelZoo;

/// <summary>A transformer block that attends within windows, of which every second block shifts its own by half a side.</summary>
public sealed class SwinBlock : Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1;
    private readonly ShiftWindowAttention attn;
    private readonly LayerNorm norm2;
    private readonly FeedForward ffn;

    public SwinBlock(int width, int heads, int window, bool isShifted) : base(nameof(SwinBlock))
    {
        norm1 = LayerNorm(width);
        attn = new ShiftWindowAttention(width, heads, window, isShifted ? window / 2 : 0);
        norm2 = LayerNorm(width);
        ffn = new FeedForward(width, 4 * width);
        RegisterComponents();
    }

    /// <summary>[n, h, w, width] to the same.</summary>
    public override Tensor forward(Tensor x)
    {
        var attended = x + attn.forward(norm1.forward(x));
        return attended + ffn.forward(norm2.forward(attended));
    }
}

/// <summary>Cuts [n, h, w, width] into windows, attends within each and puts them together again.</summary>
public sealed class ShiftWindowAttention : Module<Tensor, Tensor>
{
    private readonly WindowAttention w_msa;
    private readonly int _window;
    private readonly int _shift;

    public ShiftWindowAttention(int width, int heads, int window, int shift) : base(nameof(ShiftWindowAttention))
    {
        (_window, _shift) = (window, shift);
        w_msa = new WindowAttention(width, heads, window);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var (n, h, w) = (x.shape[0], x.shape[1], x.shape[2]);
        // A single window has nothing to shift into.
        var shift = Math.Min(h, w) <= _window ? 0 : _shift;
        var windows = Cut(shift == 0 ? x : x.roll([-shift, -shift], [1, 2]));
        var mixed = Join(w_msa.forward(windows, shift == 0 ? null : Mask(h, w, shift).repeat(n, 1, 1, 1).to(x.device)), n, h, w);
        return shift == 0 ? mixed : mixed.roll([shift, shift], [1, 2]);
    }

    private Tensor Cut(Tensor x) =>
        x.view(x.shape[0], x.shape[1] / _window, _window, x.shape[2] / _window, _window, -1).transpose(2, 3).reshape(-1, _window * _window, x.shape[3]);

    private Tensor Join(Tensor windows, long n, long h, long w) =>
        windows.view(n, h / _window, w / _window, _window, _window, -1).transpose(2, 3).reshape(n, h, w, -1);

    // After a shift, windows at the edges hold patches from opposite sides of the image, which must not see each other: [windows, 1, t, t].
    private Tensor Mask(long h, long w, int shift)
    {
        var regions = (Bands(h, shift).unsqueeze(1) * 3 + Bands(w, shift).unsqueeze(0)).view(1, h, w, 1);
        var ids = Cut(regions).view(-1, 1, _window * _window);
        return ids.unsqueeze(2).ne(ids.unsqueeze(3)).to(float32) * -100;
    }

    private Tensor Bands(long side, int shift)
    {
        var place = arange(side, dtype: int64);
        return place.ge(side - _window).to(int64) + place.ge(side - shift).to(int64);
    }
}

/// <summary>Self-attention within windows, with biases by relative position: [windows, t, width] to the same.</summary>
public sealed class WindowAttention : Module<Tensor, Tensor?, Tensor>
{
    private readonly Parameter relative_position_bias_table;
    private readonly Tensor relative_position_index;
    private readonly Linear qkv;
    private readonly Linear proj;
    private readonly int _heads;

    public WindowAttention(int width, int heads, int window) : base(nameof(WindowAttention))
    {
        _heads = heads;
        relative_position_bias_table = new Parameter(randn(RelativePositions.Rows(window, window), heads) * 0.02);
        relative_position_index = RelativePositions.Index(window, window);
        qkv = Linear(width, 3 * width);
        proj = Linear(width, width);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor? mask)
    {
        var bias = RelativePositions.Bias(relative_position_bias_table, relative_position_index);
        return proj.forward(Heads.Attend(Heads.SplitThree(qkv.forward(x), _heads), mask is null ? bias : bias + mask));
    }
}
