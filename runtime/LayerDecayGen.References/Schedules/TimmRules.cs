namespace LayerDecayGen.References;

/// <summary>What all of timm's schedulers share: warm-up, then a curve of the step, then noise
/// (<c>timm/scheduler/scheduler.py</c>).</summary>
/// <param name="common">Warm-up and noise.</param>
/// <param name="warmup">Steps of warm-up.</param>
internal abstract class TimmRule(TimmOptions common, double warmup) : Rule
{
    public override IEnumerable<Level> Levels => [common.WarmupStart];

    public sealed override void Apply(long step, in Lanes lanes)
    {
        if (common.Parity && step == 0) Initial(lanes);
        else Value(step, lanes);
        if (common.Noise is { } noise && noise.AppliesAt(step) && !(common.Parity && step == 0)) Disturb(noise.At(step), lanes);
    }

    protected abstract void Curve(double step, in Lanes lanes);

    /// <summary>What the warm-up rises to, in <c>lanes.Values</c>.</summary>
    protected virtual void Target(in Lanes lanes) => lanes.Bases.CopyTo(lanes.Values);

    // What timm's constructor writes, which stays until its first step; a curve need not begin there.
    private void Initial(in Lanes lanes)
    {
        if (warmup == 0) lanes.Bases.CopyTo(lanes.Values);
        else Value(0, lanes);
    }

    private void Value(long step, in Lanes lanes)
    {
        if (step >= warmup)
        {
            Curve(common.WarmupFirst ? step - warmup : step, lanes);
            return;
        }

        Target(lanes);
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var start = common.WarmupStart.Of(lanes, g);
            values[g] = start + step * ((values[g] - start) / warmup);
        }
    }

    private static void Disturb(double noise, in Lanes lanes)
    {
        foreach (ref var value in lanes.Values) value += value * noise;
    }
}

/// <summary>timm's curves in cycles: cosine, hyperbolic tangent and polynomial.</summary>
internal sealed class TimmCycleRule(TimmOptions common, TimmCycles cycles, double warmup, double length, Func<double, double, double> shape)
    : TimmRule(common, warmup)
{
    private readonly bool _prefixed = common.WarmupFirst;
    private readonly double _warmup = warmup;

    public override bool Jumps => cycles.Limit > 1;

    public override IEnumerable<Level> Levels => [.. base.Levels, cycles.Minimum];

    /// <summary>Whether the warm-up rises to where the curve will be rather than to the base value, as with the hyperbolic
    /// tangent.</summary>
    public bool RisesToCurve { get; init; }

    protected override void Curve(double step, in Lanes lanes)
    {
        var (index, at, period) = Cycle(step);
        var gamma = Math.Pow(cycles.Decay, index);
        var values = lanes.Values;
        var share = index < cycles.Limit ? shape(at, period) : 0;
        for (var g = 0; g < values.Length; g++)
        {
            var floor = cycles.Minimum.Of(lanes, g);
            values[g] = index < cycles.Limit ? floor + (lanes.Bases[g] * gamma - floor) * share : floor;
        }
    }

    protected override void Target(in Lanes lanes)
    {
        if (RisesToCurve && !_prefixed) Curve(_warmup, lanes);
        else base.Target(lanes);
    }

    private (double Index, double At, double Period) Cycle(double step)
    {
        if (cycles.Multiplier == 1)
        {
            var whole = Math.Floor(step / length);
            return (whole, step - length * whole, length);
        }

        var index = Math.Floor(Math.Log(1 - step / length * (1 - cycles.Multiplier)) / Math.Log(cycles.Multiplier));
        var growth = Math.Pow(cycles.Multiplier, index);
        return (index, step - (1 - growth) / (1 - cycles.Multiplier) * length, growth * length);
    }
}

/// <summary>A factor every so many steps (timm <c>StepLRScheduler</c>).</summary>
internal sealed class TimmStepRule(TimmOptions common, double warmup, double size, double rate) : TimmRule(common, warmup)
{
    public override bool Jumps => true;

    protected override void Curve(double step, in Lanes lanes)
    {
        var factor = Math.Pow(rate, FloorQuotient(step));
        for (var g = 0; g < lanes.Values.Length; g++) lanes.Values[g] = lanes.Bases[g] * factor;
    }

    // Python's floor division of floats goes through the remainder: 1 // 0.1 is 9.
    private double FloorQuotient(double step)
    {
        var quotient = (step - step % size) / size;
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }
}

/// <summary>A factor at milestones, each one step early (timm <c>MultiStepLRScheduler</c> looks for t + 1).</summary>
internal sealed class TimmMultiStepRule(TimmOptions common, double warmup, double[] milestones, double rate) : TimmRule(common, warmup)
{
    private readonly double _ahead = common.Parity ? 1 : 0;

    public override bool Jumps => true;

    protected override void Curve(double step, in Lanes lanes)
    {
        var passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step + _ahead) passed++;
        var factor = Math.Pow(rate, passed);
        for (var g = 0; g < lanes.Values.Length; g++) lanes.Values[g] = lanes.Bases[g] * factor;
    }
}

/// <summary>Warm-up, then reductions at a plateau, with noise on top of the clean value (timm <c>PlateauLRScheduler</c>).</summary>
internal sealed class TimmPlateauRule(TimmOptions common, PlateauOptions options, double warmup) : MetricRule
{
    private readonly PlateauDecision _decision = new(options);
    private double[] _clean = [];
    private double _noise;
    private bool _warm;

    public override bool Jumps => true;

    public override string Monitor => options.Monitor;

    public override IEnumerable<Level> Levels => [common.WarmupStart, options.Minimum];

    public override double[] Memory
    {
        get => [.. _decision.Memory, _noise, _warm ? 1 : 0, .. _clean];
        set
        {
            _decision.Memory = value[..3];
            (_noise, _warm, _clean) = (value[3], value[4] != 0, value[5..]);
        }
    }

    public override void Apply(long step, in Lanes lanes)
    {
        if (_clean.Length == 0) _clean = lanes.Values.ToArray();
        _warm = step > warmup;
        if (!_warm && warmup > 0)
        {
            for (var g = 0; g < _clean.Length; g++)
            {
                var start = common.WarmupStart.Of(lanes, g);
                _clean[g] = start + step * ((lanes.Bases[g] - start) / warmup);
            }
        }

        _noise = _warm && common.Noise is { } noise && noise.AppliesAt(step) ? noise.At(step) : 0;
        Write(lanes);
    }

    public override void Report(double metric, in Lanes lanes)
    {
        if (!_warm) return;
        if (_decision.Reduces(metric)) _decision.Reduce(_clean, lanes);
        Write(lanes);
    }

    private void Write(in Lanes lanes)
    {
        for (var g = 0; g < _clean.Length; g++) lanes.Values[g] = _clean[g] + _clean[g] * _noise;
    }
}
