namespace LayerDecayGen.References;

/// <summary>What all of timm's schedulers share: warm-up, then a curve of the step, then noise
/// (<c>timm/scheduler/scheduler.py</c>).</summary>
/// <param name="common">Warm-up and noise.</param>
/// <param name="warmup">Steps of warm-up.</param>
internal abstract class TimmCurve(TimmOptions common, double warmup) : OutrightCurve
{
    public override IEnumerable<Level> Levels => [common.WarmupStart];

    public override IEnumerable<double> Turns => [warmup];

    protected sealed override void Set(long step, in GroupValues values)
    {
        if (common.Parity && step == 0) Initial(values);
        else Value(step, values);
        if (common.Noise is { } noise && noise.AppliesAt(step) && !(common.Parity && step == 0)) Disturb(noise.At(step), values);
    }

    protected abstract void Curve(double step, in GroupValues values);

    /// <summary>What the warm-up rises to, in <c>values.Values</c>.</summary>
    protected virtual void Target(in GroupValues values) => values.Bases.CopyTo(values.Values);

    // What timm's constructor writes, which stays until its first step; a curve need not begin there.
    private void Initial(in GroupValues values)
    {
        if (warmup == 0) values.Bases.CopyTo(values.Values);
        else Value(0, values);
    }

    private void Value(long step, in GroupValues values)
    {
        if (step >= warmup)
        {
            Curve(common.WarmupFirst ? step - warmup : step, values);
            return;
        }

        Target(values);
        for (var g = 0; g < values.Values.Length; g++)
        {
            var start = common.WarmupStart.Of(values, g);
            values.Values[g] = start + step * ((values.Values[g] - start) / warmup);
        }
    }

    private static void Disturb(double noise, in GroupValues values)
    {
        foreach (ref var value in values.Values) value += value * noise;
    }
}

/// <summary>timm's curves in cycles: cosine, hyperbolic tangent and polynomial.</summary>
internal sealed class TimmCycleCurve(TimmOptions common, TimmCycles cycles, double warmup, double length, Func<double, double, double> shape)
    : TimmCurve(common, warmup)
{
    private readonly bool _prefixed = common.WarmupFirst;
    private readonly double _warmup = warmup;

    public override bool Jumps => cycles.Limit > 1;

    public override IEnumerable<Level> Levels => [.. base.Levels, cycles.Minimum];

    /// <summary>Whether the warm-up rises to where the curve will be rather than to the base value, as with the hyperbolic
    /// tangent.</summary>
    public bool RisesToCurve { get; init; }

    protected override void Curve(double step, in GroupValues values)
    {
        var (index, at, period) = Cycle(step);
        var gamma = Math.Pow(cycles.Decay, index);
        var share = index < cycles.Limit ? shape(at, period) : 0;
        for (var g = 0; g < values.Values.Length; g++)
        {
            var floor = cycles.Minimum.Of(values, g);
            values.Values[g] = index < cycles.Limit ? floor + (values.Bases[g] * gamma - floor) * share : floor;
        }
    }

    protected override void Target(in GroupValues values)
    {
        if (RisesToCurve && !_prefixed) Curve(_warmup, values);
        else base.Target(values);
    }

    private (double Index, double At, double Period) Cycle(double step)
    {
        if (cycles.Multiplier == 1)
        {
            var whole = Math.Floor(Whole.Snap(step / length));
            return (whole, step - length * whole, length);
        }

        var index = Math.Floor(Math.Log(1 - step / length * (1 - cycles.Multiplier)) / Math.Log(cycles.Multiplier));
        var growth = Math.Pow(cycles.Multiplier, index);
        return (index, step - (1 - growth) / (1 - cycles.Multiplier) * length, growth * length);
    }
}

/// <summary>A factor every so many steps (timm <c>StepLRScheduler</c>).</summary>
internal sealed class TimmStepCurve(TimmOptions common, double warmup, ScheduleWindow window, ScheduleTime size, double rate)
    : TimmCurve(common, warmup)
{
    private readonly Recurrence _periods = new(window, size);

    public override bool Jumps => true;

    protected override void Curve(double step, in GroupValues values)
    {
        var factor = Math.Pow(rate, window.Converts ? _periods.Passed((long)step) : FloorQuotient(step, size.Count));
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * factor;
    }

    // Python's floor division of floats goes through the remainder: 1 // 0.1 is 9.
    private static double FloorQuotient(double step, double size)
    {
        var quotient = (step - step % size) / size;
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }
}

/// <summary>A factor at milestones, each one step early (timm <c>MultiStepLRScheduler</c> looks for t + 1).</summary>
internal sealed class TimmMultiStepCurve(TimmOptions common, double warmup, double[] milestones, double rate) : TimmCurve(common, warmup)
{
    private readonly double _ahead = common.Parity ? 1 : 0;

    public override bool Jumps => true;

    protected override void Curve(double step, in GroupValues values)
    {
        var passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step + _ahead) passed++;
        var factor = Math.Pow(rate, passed);
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * factor;
    }
}

/// <summary>Warm-up, then reductions at a plateau, with noise on top of the clean value (timm <c>PlateauLRScheduler</c>).</summary>
internal sealed class TimmPlateauCurve(TimmOptions common, PlateauOptions options, double warmup) : MetricCurve
{
    public override CurveKind Kind => CurveKind.Outright;

    public override IEnumerable<double> Turns => [warmup];

    private readonly PlateauDecision _decision = new(options);
    private double[] _clean = [];
    private double _noise;
    private bool _warm;

    public override bool Jumps => true;

    public override string Monitor => options.Monitor;

    public override IEnumerable<Level> Levels => [common.WarmupStart, options.Minimum];

    public override void Carry(long from, long to, in GroupValues values)
    {
        if (_clean.Length == 0) _clean = values.Values.ToArray();
        var step = Math.Min(to, (long)warmup);
        if (!_warm && warmup > 0)
        {
            for (var g = 0; g < _clean.Length; g++)
            {
                var start = common.WarmupStart.Of(values, g);
                _clean[g] = start + step * ((values.Bases[g] - start) / warmup);
            }
        }

        _warm = to > warmup;
        _noise = _warm && common.Noise is { } noise && noise.AppliesAt(to) ? noise.At(to) : 0;
        Write(values);
    }

    public override bool Report(double metric, in GroupValues values)
    {
        if (!_warm || !_decision.Reduces(metric)) return false;
        _decision.Reduce(_clean, values);
        Write(values);
        return true;
    }

    private void Write(in GroupValues values)
    {
        for (var g = 0; g < _clean.Length; g++) values.Values[g] = _clean[g] + _clean[g] * _noise;
    }
}
