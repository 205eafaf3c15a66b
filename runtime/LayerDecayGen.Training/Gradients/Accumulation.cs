namespace LayerDecayGen.Training;

/// <summary>
/// How many backward passes make an update, and what each loss is divided by (mmengine's <c>OptimWrapper</c>: <c>accumulative_counts</c>
/// and
/// <c>initialize_count_status</c>). A window that training or an epoch cuts short updates there, and its losses are divided by its own
/// length.
/// </summary>
public sealed record Accumulation
{
    private Accumulation(int count, long? length, bool repeats) => (Count, Length, Repeats) = (count, length, repeats);

    /// <summary>One update for every backward pass.</summary>
    public static Accumulation None { get; } = new(1, null, false);

    /// <summary>Backward passes in a full window.</summary>
    public int Count { get; }

    /// <summary>Iterations of the run, or of an epoch; null where no end is known.</summary>
    public long? Length { get; }

    /// <summary>Whether <see cref="Length"/> is that of an epoch, so that windows end with epochs.</summary>
    public bool Repeats { get; }

    /// <summary>Windows over the whole run, across epochs, as mmengine has them.</summary>
    /// <param name="count">Backward passes a window.</param>
    /// <param name="iterations">Iterations of the whole run.</param>
    public static Accumulation OverRun(int count, long iterations) => new(AtLeastOne(count), AtLeastOne(iterations), false);

    /// <summary>Windows that end with the epoch.</summary>
    /// <param name="count">Backward passes a window.</param>
    /// <param name="iterations">Iterations of an epoch.</param>
    public static Accumulation PerEpoch(int count, long iterations) => new(AtLeastOne(count), AtLeastOne(iterations), true);

    /// <summary>Windows without a known end: a last, incomplete one never updates.</summary>
    /// <param name="count">Backward passes a window.</param>
    public static Accumulation Endless(int count) => new(AtLeastOne(count), null, false);

    /// <summary>What the loss of an iteration is divided by.</summary>
    /// <param name="iteration">The iteration, from 0.</param>
    /// <exception cref="InvalidOperationException">The iteration is beyond the end of the run.</exception>
    public int LossFactor(long iteration)
    {
        if (Count == 1 || Length is not { } length) return Count;
        var at = Repeats ? iteration % length : iteration;
        var remainder = (int)(length % Count);
        if (at < length - remainder) return Count;
        if (remainder > 0) return remainder;
        throw new InvalidOperationException(
            $"Iteration {iteration} is beyond the {length} that accumulation was told of: a window that starts here has no length.");
    }

    /// <summary>Whether an update follows when so many iterations are done.</summary>
    /// <param name="done">Iterations done, from 1.</param>
    public bool UpdatesAfter(long done)
    {
        var at = Repeats && Length is { } epoch ? ((done - 1) % epoch) + 1 : done;
        return at % Count == 0 || at == Length;
    }

    private static T AtLeastOne<T>(T value) where T : struct, IComparable<T> => Comparer<T>.Default.Compare(value, default) > 0
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, "Accumulation counts from 1 up.");
}
