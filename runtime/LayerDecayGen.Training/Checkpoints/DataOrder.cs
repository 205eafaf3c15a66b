using System.Collections.Immutable;

namespace LayerDecayGen.Training;

/// <summary>
/// A shuffled order of samples that goes on exactly: each epoch has its own order, which follows from seed and epoch alone, so that a checkpoint
/// holds four numbers.
/// </summary>
public sealed class DataOrder : ICheckpointPart
{
    private readonly int _count;
    private readonly int _seed;
    private int[] _order = [];

    /// <summary>Starts at the first epoch.</summary>
    /// <param name="count">How many samples there are, at least 1.</param>
    /// <param name="seed">The seed of all epochs.</param>
    public DataOrder(int count, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        (_count, _seed) = (count, seed);
        Start(0, 0);
    }

    /// <inheritdoc/>
    public string Name => "data";

    /// <summary>The epoch, from 0.</summary>
    public long Epoch { get; private set; }

    /// <summary>How many samples of the epoch were given out.</summary>
    public int Position { get; private set; }

    /// <summary>The next samples. The last batch of an epoch may be shorter; the one after it begins the next epoch.</summary>
    /// <param name="size">How many, at least 1.</param>
    /// <returns>Indices of samples, from 0.</returns>
    public ImmutableArray<int> NextBatch(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (Position == _count) Start(Epoch + 1, 0);
        var batch = ImmutableArray.Create(_order, Position, Math.Min(size, _count - Position));
        Position += batch.Length;
        return batch;
    }

    /// <inheritdoc/>
    public void Save(PartWriter to)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Text = PartText.Write(new DataOrderText(_count, _seed, Epoch, Position), PartJson.Default.DataOrderText);
    }

    /// <inheritdoc/>
    public Action Load(SavedPart saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        var text = PartText.Read(saved, PartJson.Default.DataOrderText);
        if ((text.Count, text.Seed) != (_count, _seed))
            throw new CheckpointException($"The order was of {text.Count} samples with seed {text.Seed}; here it is of {_count} with seed {_seed}.");
        if (Saved.Count(text.Epoch, "The epoch") is var epoch && text.Position < 0 || text.Position > _count)
            throw new CheckpointException($"The position is {text.Position} of {_count} samples.");
        return () => Start(epoch, text.Position);
    }

    private void Start(long epoch, int position)
    {
        _order = [.. Enumerable.Range(0, _count)];
        // A seeded System.Random gives the same numbers in every release of .NET.
        new Random(HashCode(_seed, epoch)).Shuffle(_order);
        (Epoch, Position) = (epoch, position);
    }

    // System.HashCode differs from process to process. This is the finaliser of SplitMix64.
    private static int HashCode(int seed, long epoch)
    {
        var x = ((ulong)(uint)seed << 32) + (ulong)epoch + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return (int)(x ^ (x >> 31));
    }
}
