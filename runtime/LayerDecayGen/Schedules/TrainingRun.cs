namespace LayerDecayGen;

/// <summary>
/// How many optimizer updates an epoch has. Gradient accumulation changes what an update is, never what an epoch is, so an epoch may hold a
/// fractional number of updates: ten batches with four to an update are 2.5 updates.
/// </summary>
public readonly record struct EpochLength
{
    private EpochLength(long batches, int accumulation) => (Batches, Accumulation) = (batches, accumulation);

    /// <summary>Batches in an epoch.</summary>
    public long Batches { get; }

    /// <summary>Batches whose gradients make one update.</summary>
    public int Accumulation { get; }

    /// <summary>An epoch of that many updates.</summary>
    /// <param name="updates">Updates in an epoch, at least 1.</param>
    public static EpochLength Of(Updates updates) => OfBatches(updates.Count);

    /// <summary>An epoch of that many batches.</summary>
    /// <param name="batches">Batches in an epoch, at least 1.</param>
    /// <param name="accumulation">Batches whose gradients make one update, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Either is below 1.</exception>
    public static EpochLength OfBatches(long batches, int accumulation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(accumulation, 1);
        return new EpochLength(batches, accumulation);
    }

    /// <summary>The length in updates, without rounding.</summary>
    internal double Steps(double epochs) => epochs * Batches / Accumulation;

    /// <summary>The batches seen before an update, in epochs: whole ones and a fraction.</summary>
    internal double Position(long update)
    {
        var (epochs, batch) = Math.DivRem(update * Accumulation, Batches);
        return (double)batch / Batches + epochs;
    }

    // An update that reaches over the end of an epoch is made after that end, so it belongs to the new epoch.
    internal long EpochOf(long update) => ((update + 1) * Accumulation - 1) / Batches;
}

/// <summary>How long a training runs, and how long its epochs are.</summary>
public sealed record TrainingRun
{
    /// <summary>A run counted in epochs.</summary>
    /// <param name="length">How long, more than 0.</param>
    /// <param name="epochLength">Updates in an epoch.</param>
    /// <exception cref="ArgumentException">An argument is not positive.</exception>
    public TrainingRun(Epochs length, EpochLength epochLength)
    {
        if (epochLength.Batches < 1) throw new ArgumentException("The epoch length is missing: use EpochLength.Of.", nameof(epochLength));
        EpochLength = epochLength;
        var updates = Math.Truncate(epochLength.Steps(length.Count));
        if (!(updates >= 1))
            throw new ArgumentException(FormattableString.Invariant($"A run of {length.Count} epochs holds no whole update."),
                nameof(length));
        Length = new Updates((long)updates);
    }

    /// <summary>A run counted in epochs.</summary>
    /// <param name="length">How long, more than 0.</param>
    /// <param name="epochLength">Updates in an epoch, at least 1.</param>
    /// <exception cref="ArgumentException">An argument is not positive.</exception>
    public TrainingRun(Epochs length, Updates epochLength) : this(length, LayerDecayGen.EpochLength.Of(epochLength)) { }

    /// <summary>A run counted in updates. Without an epoch length, its schedules cannot be stated in epochs.</summary>
    /// <param name="length">How many updates, at least 1.</param>
    /// <param name="epochLength">Updates in an epoch, where there are epochs.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive.</exception>
    public TrainingRun(Updates length, EpochLength? epochLength = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length.Count, 1, nameof(length));
        Length = length;
        EpochLength = epochLength;
    }

    /// <summary>The number of optimizer updates.</summary>
    public Updates Length { get; }

    /// <summary>Updates in an epoch; null where the run has no epochs.</summary>
    public EpochLength? EpochLength { get; }
}
