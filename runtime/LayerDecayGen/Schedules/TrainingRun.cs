namespace LayerDecayGen;

/// <summary>What happens to batches that do not fill a window of gradient accumulation.</summary>
public enum AccumulationWindows
{
    /// <summary>
    /// Windows go on over the ends of epochs. The last window of the run updates with the batches it has (mmengine's <c>OptimWrapper</c>
    /// after <c>initialize_count_status</c>).
    /// </summary>
    AcrossEpochs,

    /// <summary>Windows end with the epoch: its last window updates with the batches it has.</summary>
    PerEpoch,

    /// <summary>Windows go on over the ends of epochs, and a last window that is not full makes no update.</summary>
    WithoutEnd,
}

/// <summary>
/// The one account of a training: how many batches and updates it has, how many batches make an update, and how long an epoch is.
/// Schedules, the training step and freezing all read it, so they cannot disagree.
/// </summary>
/// <remarks>
/// Accumulation changes what an update is, never what an epoch is. Ten batches with four to an update are 2.5 updates an epoch; a point in
/// epochs is then the first update that starts at or after it.
/// </remarks>
/// <example>
/// <code>
/// var run = new TrainingRun(50.Epochs(), batchesPerEpoch: loader.Count, accumulation: 4);
/// </code>
/// </example>
public sealed record TrainingRun
{
    // Up to here a double holds every whole number, and longs have room for arithmetic.
    private const long MaxBatches = 1L << 53;

    // Set in an extended run whose old end cut a window: later windows count from that end.
    private readonly TrainingRun? _before;

    /// <summary>A run counted in epochs.</summary>
    /// <param name="length">How long, above 0. A part of a batch counts as a batch.</param>
    /// <param name="batchesPerEpoch">Batches in an epoch, at least 1.</param>
    /// <param name="accumulation">Batches whose gradients make one update, at least 1.</param>
    /// <param name="windows">What happens to batches that do not fill a window.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the run makes no update.</exception>
    public TrainingRun(
        Epochs length, long batchesPerEpoch, int accumulation = 1, AccumulationWindows windows = AccumulationWindows.AcrossEpochs)
        : this(null, batchesPerEpoch, accumulation, windows) => Measure(length);

    /// <summary>A run counted in updates.</summary>
    /// <param name="length">How many updates, at least 1.</param>
    /// <param name="batchesPerEpoch">Batches in an epoch; null where there are no epochs, and then nothing can be stated in epochs.</param>
    /// <param name="accumulation">Batches whose gradients make one update, at least 1.</param>
    /// <param name="windows">What happens to batches that do not fill a window.</param>
    /// <exception cref="ArgumentException">A number is out of range, or windows end with epochs of unknown length.</exception>
    public TrainingRun(
        Updates length, long? batchesPerEpoch = null, int accumulation = 1, AccumulationWindows windows = AccumulationWindows.AcrossEpochs)
        : this(null, batchesPerEpoch, accumulation, windows) => Measure(length);

    private TrainingRun(TrainingRun? before, long? batchesPerEpoch, int accumulation, AccumulationWindows windows)
    {
        Require.AtLeast(batchesPerEpoch ?? 1, 1, nameof(batchesPerEpoch));
        Require.AtLeast(accumulation, 1);
        Require.Defined(windows);
        if (windows == AccumulationWindows.PerEpoch && batchesPerEpoch is null)
            throw new ArgumentException("Windows that end with the epoch need the batches of an epoch.", nameof(batchesPerEpoch));
        (_before, BatchesPerEpoch, Accumulation, Windows) = (before, batchesPerEpoch, accumulation, windows);
    }

    /// <summary>The number of optimizer updates.</summary>
    public Updates Length { get; private set; }

    /// <summary>The number of batches, that is of backward passes.</summary>
    public long Batches { get; private set; }

    /// <summary>Batches in an epoch; null where the run has no epochs.</summary>
    public long? BatchesPerEpoch { get; }

    /// <summary>Batches whose gradients make one update.</summary>
    public int Accumulation { get; }

    /// <summary>What happens to batches that do not fill a window.</summary>
    public AccumulationWindows Windows { get; }

    /// <summary>
    /// The same run, longer: see <see cref="ScheduleSet.Extend"/>. Windows up to the old end stay as they were, so counts saved before
    /// stay right.
    /// </summary>
    /// <param name="length">The new length of the whole, more than the old one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run would not be longer.</exception>
    /// <exception cref="InvalidOperationException">The run has no epochs.</exception>
    public TrainingRun ExtendedTo(Epochs length)
    {
        _ = EpochBatches;
        return Extended(run => run.Measure(length));
    }

    /// <summary>
    /// The same run, longer: see <see cref="ScheduleSet.Extend"/>. Windows up to the old end stay as they were, so counts saved before
    /// stay right.
    /// </summary>
    /// <param name="length">The new length of the whole, more than the old one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run would not be longer.</exception>
    public TrainingRun ExtendedTo(Updates length) => Extended(run => run.Measure(length));

    /// <summary>How many batches make an update together with this one: what its loss is divided by.</summary>
    /// <param name="batch">The batch, from 0; less than <see cref="Batches"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run has no such batch.</exception>
    public int WindowLength(long batch)
    {
        if (batch < 0 || batch >= Batches)
            throw new ArgumentOutOfRangeException(nameof(batch), batch, $"The run has {Batches} batches, counted from 0.");
        var update = WindowOf(batch);
        return (int)(EndOf(update) - FirstBatchOf(update));
    }

    /// <summary>How many updates have been made once so many batches are done.</summary>
    /// <param name="batches">Batches done, at least 0; those after the end make no update.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public long UpdatesAfter(long batches)
    {
        Require.AtLeast(batches, 0);
        if (batches == 0) return 0;
        var done = Math.Min(batches, Batches);
        var update = WindowOf(done - 1);
        return done == EndOf(update) ? update + 1 : update;
    }

    /// <summary>The first update that starts at or after a point of the run.</summary>
    /// <param name="point">Epochs or updates from the begin of the run, at least 0. Rounding errors of epochs are allowed for.</param>
    /// <exception cref="ArgumentOutOfRangeException">The point is negative or not finite.</exception>
    /// <exception cref="InvalidOperationException">The point is in epochs and the run has none.</exception>
    public long UpdateAt<TUnit>(TUnit point) where TUnit : struct, IScheduleUnit
    {
        var count = Require.NotNegative(point.Time.Count, nameof(point));
        return point.Time.InEpochs ? UpdateAtEpochs(count) : (long)count;
    }

    /// <summary>The epoch in which an update is made: that of its last batch.</summary>
    /// <param name="update">The update, from 0.</param>
    /// <exception cref="InvalidOperationException">The run has no epochs.</exception>
    public long EpochOf(long update) => (EndOf(update) - 1) / EpochBatches;

    /// <summary>The batches before an update, in epochs.</summary>
    /// <param name="update">The update, from 0.</param>
    /// <exception cref="InvalidOperationException">The run has no epochs.</exception>
    public double EpochsBefore(long update)
    {
        var (epochs, batch) = Math.DivRem(FirstBatchOf(update), EpochBatches);
        return (double)batch / EpochBatches + epochs;
    }

    /// <summary>Its length in updates and batches.</summary>
    public override string ToString()
    {
        var epochs = BatchesPerEpoch is { } batches ? $", {batches} an epoch" : "";
        var windows = Accumulation > 1 ? $", {Accumulation} an update, {Windows}" : "";
        return $"{Length.Count} updates of {Batches} batches{epochs}{windows}";
    }

    /// <summary>The first update that starts at or after a number of epochs.</summary>
    internal long UpdateAtEpochs(double epochs)
    {
        var batch = Whole.Snap(epochs * EpochBatches);
        if (batch > MaxBatches) return MaxBatches;
        var update = WindowOf((long)batch);
        if (FirstBatchOf(update) < batch) update++;
        // The run ends with its last update, also where its last batches make none.
        return batch <= Batches ? Math.Min(update, Length.Count) : update;
    }

    /// <summary>The first update that is made in an epoch or after it.</summary>
    internal long FirstUpdateMadeIn(long epoch) =>
        epoch > Batches / EpochBatches ? UpdateAtEpochs(epoch) : UpdatesAfter(epoch * EpochBatches);

    private long EpochBatches => BatchesPerEpoch
        ?? throw new InvalidOperationException("The run has no epochs: give its TrainingRun the batches of an epoch.");

    private void Measure(Epochs length)
    {
        var batches = Whole.Up(Require.Positive(length.Count, nameof(length)) * EpochBatches);
        if (batches > MaxBatches) throw TooLong();
        (Batches, Length) = ((long)batches, long.MaxValue.Updates());
        Length = UpdatesAfter(Batches).Updates();
        if (Length.Count == 0)
            throw new ArgumentOutOfRangeException(
                nameof(length), $"{Batches} batches make no update: {Accumulation} make one, and a window that is not full makes none.");
    }

    private void Measure(Updates length)
    {
        if (Require.AtLeast(length.Count, 1, nameof(length)) > MaxBatches / Accumulation) throw TooLong();
        (Length, Batches) = (length, FirstBatchOf(length.Count));
    }

    private static ArgumentOutOfRangeException TooLong() => new("length", "A run has at most 2^53 batches.");

    private TrainingRun Extended(Action<TrainingRun> measure)
    {
        var cut = Windows != AccumulationWindows.WithoutEnd && FirstBatchOf(Length.Count) != Batches;
        var run = new TrainingRun(cut ? this : _before, BatchesPerEpoch, Accumulation, Windows);
        measure(run);
        return run.Batches > Batches ? run
            : throw new ArgumentOutOfRangeException("length", $"The run has {Batches} batches already; it can only become longer.");
    }

    private long EndOf(long update)
    {
        if (_before is not null && update < _before.Length.Count) return _before.EndOf(update);
        var end = FirstBatchOf(update + 1);
        return Windows == AccumulationWindows.WithoutEnd || update >= Length.Count ? end : Math.Min(end, Batches);
    }

    // Windows as they would be without an end: their first batches and, the other way, the window of a batch.
    private long FirstBatchOf(long update)
    {
        var windows = update - (_before?.Length.Count ?? 0);
        if (windows < 0) return _before!.FirstBatchOf(update);
        var start = _before?.Batches ?? 0;
        if (Windows != AccumulationWindows.PerEpoch) return start + windows * Accumulation;
        var (head, inHead) = Head(start);
        if (windows < inHead) return start + windows * Accumulation;
        var (epochs, rest) = Math.DivRem(windows - inHead, InWindows(EpochBatches));
        return start + head + epochs * EpochBatches + rest * Accumulation;
    }

    private long WindowOf(long batch)
    {
        var start = _before?.Batches ?? 0;
        if (batch < start) return _before!.WindowOf(batch);
        var (first, at) = (_before?.Length.Count ?? 0, batch - start);
        if (Windows != AccumulationWindows.PerEpoch) return first + at / Accumulation;
        var (head, inHead) = Head(start);
        if (at < head) return first + at / Accumulation;
        var (epochs, rest) = Math.DivRem(at - head, EpochBatches);
        return first + inHead + epochs * InWindows(EpochBatches) + rest / Accumulation;
    }

    // What is left of the epoch in which the run was extended.
    private (long Batches, long Windows) Head(long start)
    {
        var batches = (EpochBatches - start % EpochBatches) % EpochBatches;
        return (batches, InWindows(batches));
    }

    private long InWindows(long batches) => (batches + Accumulation - 1) / Accumulation;
}

/// <summary>Whole numbers out of products that may be off by rounding: 0.07 epochs of 100 updates are 7, not 7.000000000000001.</summary>
internal static class Whole
{
    // Some 45 units in the last place: more than a sum of a few epochs can be off, less than any fraction that is meant.
    private const double Tolerance = 1e-14;

    public static double Snap(double value)
    {
        var whole = Math.Round(value);
        return Math.Abs(value - whole) <= 1e-9 + value * Tolerance ? whole : value;
    }

    public static double Up(double value) => Math.Ceiling(Snap(value));
}
