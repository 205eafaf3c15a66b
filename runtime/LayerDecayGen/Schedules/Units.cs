namespace LayerDecayGen;

/// <summary>
/// A length of training: <see cref="Epochs"/> or <see cref="Updates"/>. A schedule takes all its lengths in one unit, so mixing them does
/// not compile; epochs become updates only through the batches per epoch of a <see cref="TrainingRun"/>.
/// </summary>
public interface IScheduleUnit
{
    internal ScheduleTime Time { get; }
}

/// <summary>A number of passes over the training data; may be fractional.</summary>
/// <param name="Count">How many.</param>
public readonly record struct Epochs(double Count) : IScheduleUnit
{
    ScheduleTime IScheduleUnit.Time => new(Count, InEpochs: true);
}

/// <summary>A number of optimizer updates: steps that change the weights, not micro-batches.</summary>
/// <param name="Count">How many.</param>
public readonly record struct Updates(long Count) : IScheduleUnit
{
    ScheduleTime IScheduleUnit.Time => new(Count, InEpochs: false);
}

/// <summary>Writes lengths as <c>5.Epochs()</c> and <c>500.Updates()</c>.</summary>
public static class ScheduleUnits
{
    /// <summary>That many epochs.</summary>
    /// <param name="count">How many.</param>
    public static Epochs Epochs(this int count) => new(count);

    /// <summary>That many epochs, which may be fractional.</summary>
    /// <param name="count">How many.</param>
    public static Epochs Epochs(this double count) => new(count);

    /// <summary>That many optimizer updates.</summary>
    /// <param name="count">How many.</param>
    public static Updates Updates(this int count) => new(count);

    /// <summary>That many optimizer updates.</summary>
    /// <param name="count">How many.</param>
    public static Updates Updates(this long count) => new(count);
}

/// <summary>A length with its unit, once the compiler has checked that units agree.</summary>
internal readonly record struct ScheduleTime(double Count, bool InEpochs)
{
    public override string ToString() => FormattableString.Invariant($"{Count} {(InEpochs ? "epochs" : "updates")}");
}
