using TorchSharp;

namespace LayerDecayGen.Training;

/// <summary>
/// The factor on losses that keeps float16 gradients from underflow (Micikevicius et al. 2018; torch.cuda.amp.GradScaler): it grows after a
/// number of good updates and shrinks at one whose gradients are not finite, which is skipped.
/// </summary>
/// <remarks>
/// Gradients of half-precision weights are unscaled in float32, inside the optimizer's step. It never falls below its least value; a
/// training whose gradients overflow even there has diverged, and <see cref="TrainingStepOptions.MaxConsecutiveSkips"/> ends it.
/// </remarks>
public sealed class LossScale
{
    // The backward pass of a float16 loss starts with the factor itself, in float16.
    private const double LargestForHalf = 32768;

    private readonly double _growth;
    private readonly double _backoff;
    private readonly int _interval;

    /// <summary>A scale that adapts.</summary>
    /// <param name="initial">The first factor, at least <paramref name="minimum"/>.</param>
    /// <param name="growth">The factor on it after <paramref name="interval"/> good updates, at least 1; 1 for a fixed scale.</param>
    /// <param name="backoff">The factor on it at a skipped update, in (0, 1]; 1 for a fixed scale.</param>
    /// <param name="interval">Good updates before it grows, at least 1.</param>
    /// <param name="minimum">The least factor, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LossScale(double initial = 65536, double growth = 2, double backoff = 0.5, int interval = 2000, double minimum = 1)
    {
        Minimum = Require.Positive(minimum);
        Require.Positive(initial);
        if (initial < minimum) throw new ArgumentOutOfRangeException(nameof(initial), FormattableString.Invariant($"initial is {initial}: it must be at least the minimum of {minimum}."));
        if (!(growth >= 1 && double.IsFinite(growth))) throw new ArgumentOutOfRangeException(nameof(growth), FormattableString.Invariant($"growth is {growth}: it must be a finite number of 1 or more."));
        (Value, _growth, _backoff, _interval) = (initial, growth, Require.Decay(backoff), Require.AtLeast(interval, 1));
    }

    /// <summary>The present factor.</summary>
    public double Value { get; private set; }

    /// <summary>The least factor.</summary>
    public double Minimum { get; }

    /// <summary>Good updates since it changed.</summary>
    public int GoodUpdates { get; private set; }

    /// <summary>Whether the last update was skipped although the factor cannot fall further.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>Goes on from a saved state.</summary>
    /// <param name="value">The factor, at least <see cref="Minimum"/>.</param>
    /// <param name="goodUpdates">Good updates since it changed, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range. Nothing has been changed.</exception>
    public void Resume(double value, int goodUpdates)
    {
        EnsureInRange(value, goodUpdates);
        (Value, GoodUpdates) = (value, goodUpdates);
    }

    /// <summary>Checks a state before anything is changed.</summary>
    internal void EnsureInRange(double value, int goodUpdates)
    {
        Require.Positive(value);
        if (value < Minimum) throw new ArgumentOutOfRangeException(nameof(value), FormattableString.Invariant($"value is {value}: it must be at least the minimum of {Minimum}."));
        Require.AtLeast(goodUpdates, 0);
    }

    /// <summary>The factor for a loss: at most 32768 for one that is itself float16, since larger ones overflow there.</summary>
    internal double For(torch.ScalarType loss) => loss == torch.ScalarType.Float16 ? Math.Min(Value, LargestForHalf) : Value;

    internal void Good()
    {
        IsExhausted = false;
        if (++GoodUpdates < _interval) return;
        var grown = Value * _growth;
        (Value, GoodUpdates) = (double.IsFinite((float)grown) ? grown : Value, 0);
    }

    internal void Overflowed()
    {
        IsExhausted = Value <= Minimum;
        (Value, GoodUpdates) = (Math.Max(Minimum, Value * _backoff), 0);
    }
}
