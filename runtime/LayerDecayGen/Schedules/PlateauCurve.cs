namespace LayerDecayGen;

/// <summary>A curve that waits for a metric and remembers; all others know nothing but the step.</summary>
internal abstract class MetricCurve : ScheduleCurve
{
    public abstract string Monitor { get; }

    /// <summary>Takes a metric.</summary>
    /// <returns>Whether values changed.</returns>
    public abstract bool Report(double metric, in GroupValues values);
}

/// <summary>Decides from a metric whether to reduce (mmengine <c>ReduceOnPlateauParamScheduler</c>, torch
/// <c>ReduceLROnPlateau</c>).</summary>
internal sealed class PlateauDecision(PlateauOptions options)
{
    private double _best = options.Mode == MetricMode.Min ? double.PositiveInfinity : double.NegativeInfinity;
    private double _bad;
    private double _cooldown;

    public bool Reduces(double metric)
    {
        if (IsBetter(metric)) (_best, _bad) = (metric, 0);
        else _bad++;
        if (_cooldown > 0) (_cooldown, _bad) = (_cooldown - 1, 0);
        if (_bad <= options.Patience) return false;
        (_cooldown, _bad) = (options.Cooldown, 0);
        return true;
    }

    public void Reduce(Span<double> reduced, in GroupValues values)
    {
        for (var g = 0; g < reduced.Length; g++)
        {
            var lower = Math.Max(reduced[g] * options.Factor, options.Minimum.Of(values, g));
            if (reduced[g] - lower > options.Epsilon) reduced[g] = lower;
        }
    }

    private bool IsBetter(double metric) => (options.Mode, options.ThresholdMode) switch
    {
        (MetricMode.Min, ThresholdMode.Relative) => metric < _best * (1 - options.Threshold),
        (MetricMode.Min, _) => metric < _best - options.Threshold,
        (_, ThresholdMode.Relative) => metric > _best * (options.Threshold + 1),
        _ => metric > _best + options.Threshold,
    };
}

/// <summary>Reduces the value now in the group when a metric stops improving.</summary>
internal sealed class PlateauCurve(PlateauOptions options) : MetricCurve
{
    private readonly PlateauDecision _decision = new(options);

    public override CurveKind Kind => CurveKind.Factor;

    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [options.Minimum];

    public override string Monitor => options.Monitor;

    public override void Carry(long from, long to, in GroupValues values) { }

    public override bool Report(double metric, in GroupValues values)
    {
        if (!_decision.Reduces(metric)) return false;
        _decision.Reduce(values.Values, values);
        return true;
    }
}
