namespace LayerDecayGen.Tests.Schedules;

/// <summary>A training counted batch by batch: slow, and plain enough to be right by reading.</summary>
internal sealed class ObviousRun
{
    private readonly Dictionary<int, int> _points = [];
    private readonly int _accumulation;
    private readonly AccumulationWindows _windows;
    private readonly int _end;
    private List<int>? _beyond;

    /// <param name="ends">Batches at which the run ends, and in turn at which it was extended.</param>
    public ObviousRun(int batchesPerEpoch, int accumulation, AccumulationWindows windows, params int[] ends)
    {
        (BatchesPerEpoch, _accumulation, _windows, _end) = (batchesPerEpoch, accumulation, windows, ends[^1]);
        var inWindow = 0;
        for (var batch = 0; batch < ends[^1]; batch++)
        {
            if (inWindow == 0) FirstBatches.Add(batch);
            inWindow++;
            var closes = windows switch
            {
                AccumulationWindows.PerEpoch => (batch + 1) % batchesPerEpoch == 0 || ends.Contains(batch + 1),
                AccumulationWindows.AcrossEpochs => ends.Contains(batch + 1),
                _ => false,
            };
            if (inWindow < accumulation && !closes) continue;
            LastBatches.Add(batch);
            inWindow = 0;
        }
    }

    public int BatchesPerEpoch { get; }

    /// <summary>The first batch of each window; the last window may not be full.</summary>
    public List<int> FirstBatches { get; } = [];

    /// <summary>The last batch of each window that makes an update.</summary>
    public List<int> LastBatches { get; } = [];

    public int Updates => LastBatches.Count;

    /// <summary>How many updates so many hundredths of an epoch have on average.</summary>
    public double UpdatesIn(int hundredths) => hundredths / 100.0 * (_windows == AccumulationWindows.PerEpoch
        ? Math.Ceiling((double)BatchesPerEpoch / _accumulation)
        : (double)BatchesPerEpoch / _accumulation);

    /// <summary>The first update that starts at or after so many hundredths of an epoch; the run's end is that of its updates.</summary>
    public int UpdateAt(int hundredths)
    {
        if (_points.TryGetValue(hundredths, out var known)) return known;
        var at = (long)hundredths * BatchesPerEpoch;
        var starts = at <= 100L * _end ? FirstBatches[..Updates] : _beyond ??= Beyond();
        var update = starts.FindIndex(first => 100L * first >= at);
        return _points[hundredths] = update < 0 ? Updates : update;
    }

    // Windows as they would go on after the end.
    private List<int> Beyond() => new ObviousRun(
        BatchesPerEpoch, _accumulation, _windows == AccumulationWindows.PerEpoch ? _windows : AccumulationWindows.WithoutEnd, 8 * _end).FirstBatches;
}
