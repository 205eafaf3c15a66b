namespace LayerDecayGen.Training;

/// <summary>
/// The factor on losses that keeps float16 gradients from underflow (Micikevicius et al. 2018; torch.cuda.amp.GradScaler): it grows after a
/// number of good updates and shrinks at one whose gradients are not finite, which is skipped.
/// </summary>
public sealed class LossScale
{
    private readonly double _growth;
    private readonly double _backoff;
    private readonly int _interval;

    /// <summary>A scale that adapts.</summary>
    /// <param name="initial">The first factor.</param>
    /// <param name="growth">The factor on it after <paramref name="interval"/> good updates; 1 for a fixed scale.</param>
    /// <param name="backoff">The factor on it at a skipped update; 1 for a fixed scale.</param>
    /// <param name="interval">Good updates before it grows.</param>
    public LossScale(double initial = 65536, double growth = 2, double backoff = 0.5, int interval = 2000)
    {
        if (!(initial > 0 && double.IsFinite(initial)))
            throw new ArgumentOutOfRangeException(nameof(initial), initial, "The scale is above 0.");
        if (!(growth >= 1)) throw new ArgumentOutOfRangeException(nameof(growth), growth, "Growth is from 1 up.");
        if (!(backoff is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(backoff), backoff, "Backoff is in (0, 1].");
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        (Value, _growth, _backoff, _interval) = (initial, growth, backoff, interval);
    }

    /// <summary>The factor now.</summary>
    public double Value { get; private set; }

    /// <summary>Good updates since it changed.</summary>
    public int GoodUpdates { get; private set; }

    /// <summary>Goes on from a saved state.</summary>
    /// <param name="value">The factor.</param>
    /// <param name="goodUpdates">Good updates since it changed.</param>
    public void Resume(double value, int goodUpdates) => (Value, GoodUpdates) = (value, goodUpdates);

    internal void Good()
    {
        if (++GoodUpdates < _interval) return;
        (Value, GoodUpdates) = (Value * _growth, 0);
    }

    internal void Overflowed() => (Value, GoodUpdates) = (Value * _backoff, 0);
}
