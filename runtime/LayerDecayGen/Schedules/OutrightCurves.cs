namespace LayerDecayGen;

/// <summary>Warm-up, a stable rate, and a decay over the last share of the run.</summary>
internal sealed class WarmupStableDecayCurve(
    long warmup, long decayFrom, long end, DecayShape shape, Level minimum, double startFactor) : OutrightCurve
{
    public override IEnumerable<Level> Levels => [minimum];

    public override IEnumerable<double> Turns => [warmup - 1, decayFrom];

    protected override void Set(long step, in GroupValues values)
    {
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = Value(step, values.Bases[g], minimum.Of(values, g));
    }

    private double Value(long step, double value, double floor)
    {
        if (step < warmup - 1) return value * (startFactor + (1 - startFactor) * step / (warmup - 1));
        if (step < decayFrom) return value;
        var share = (double)(step - decayFrom) / (end - decayFrom);
        return shape switch
        {
            DecayShape.Linear => floor + (value - floor) * (1 - share),
            DecayShape.Cosine => floor + (value - floor) * 0.5 * (1 + Math.Cos(Math.PI * share)),
            DecayShape.SquareRoot => floor + (value - floor) * (1 - Math.Sqrt(share)),
            _ => value * Math.Pow(floor / value, share),
        };
    }
}

/// <summary>
/// Up and down between two levels (torch <c>CyclicLR</c>; Smith, "Cyclical learning rates"). Downwards first for momentum, against the
/// rate.
/// </summary>
internal sealed class CyclicCurve(Level lower, Level upper, double up, double down, CyclicMode mode, double gamma, bool downFirst)
    : OutrightCurve
{
    public override IEnumerable<Level> Levels => [lower, upper];

    public override IEnumerable<double> Turns => [up, up + down];

    protected override void Set(long step, in GroupValues values)
    {
        var size = up + down;
        var ratio = up / size;
        var cycle = Math.Floor(1 + Whole.Snap(step / size));
        var x = 1 + step / size - cycle;
        var height = Math.Max(0, x <= ratio ? x / ratio : (x - 1) / (ratio - 1));
        var scale = mode switch
        {
            CyclicMode.Triangular => 1,
            CyclicMode.Triangular2 => 1 / Math.Pow(2, cycle - 1),
            _ => Math.Pow(gamma, step),
        };
        for (var g = 0; g < values.Values.Length; g++)
        {
            var (low, high) = (lower.Of(values, g), upper.Of(values, g));
            var rise = (high - low) * height * scale;
            values.Values[g] = downFirst ? high - rise : low + rise;
        }
    }
}

/// <summary>A level over two divisors: what the one-cycle policy states its values by.</summary>
internal readonly record struct PhaseValue(Level Level, double Divisor = 1, double FinalDivisor = 1)
{
    public double Of(in GroupValues values, int group) => Level.Of(values, group) / Divisor / FinalDivisor;
}

/// <summary>A stretch up to a step, from one value to another.</summary>
internal readonly record struct CurvePhase(double LastStep, PhaseValue From, PhaseValue To);

/// <summary>
/// Phases one after another, each annealed between two values that every group has for itself (mmengine <c>OneCycleParamScheduler</c>,
/// torch <c>OneCycleLR</c>; Smith and Topin, "Super-convergence").
/// </summary>
internal sealed class PhasesCurve(CurvePhase[] phases, Anneal anneal) : OutrightCurve
{
    public override IEnumerable<Level> Levels => phases.SelectMany(p => new[] { p.From.Level, p.To.Level }).Distinct();

    public override IEnumerable<double> Turns => phases.Select(p => p.LastStep);

    protected override void Set(long step, in GroupValues values)
    {
        var (start, index) = (0.0, 0);
        while (index < phases.Length - 1 && step > phases[index].LastStep) start = phases[index++].LastStep;
        var phase = phases[index];
        var share = (step - start) / (phase.LastStep - start);
        var wave = Math.Cos(Math.PI * share) + 1;
        for (var g = 0; g < values.Values.Length; g++)
        {
            var (from, to) = (phase.From.Of(values, g), phase.To.Of(values, g));
            values.Values[g] = anneal == Anneal.Cosine ? to + (from - to) / 2 * wave : (to - from) * share + from;
        }
    }
}

/// <summary>Base value times a function (torch <c>LambdaLR</c>).</summary>
internal sealed class CustomCurve(Func<long, ScheduledGroup, double> factor) : OutrightCurve
{
    public override bool IsForeign => true;

    protected override void Set(long step, in GroupValues values)
    {
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * factor(step, values.Groups[g]);
    }
}
