namespace LayerDecayGen;

/// <summary>How a value goes from one level to another.</summary>
public enum Anneal
{
    /// <summary>Along half a cosine.</summary>
    Cosine,

    /// <summary>Along a line.</summary>
    Linear,
}

/// <summary>A level over two divisors: what the one-cycle policy states its values by.</summary>
internal readonly record struct PhaseValue(Level Level, double Divisor = 1, double FinalDivisor = 1)
{
    public double Of(in Lanes lanes, int group) => Level.Of(lanes, group) / Divisor / FinalDivisor;
}

/// <summary>A stretch up to a step, from one value to another.</summary>
internal readonly record struct CurvePhase(double LastStep, PhaseValue From, PhaseValue To);

/// <summary>
/// Phases one after another, each annealed between two values that every group has of its own (mmengine <c>OneCycleParamScheduler</c>,
/// torch <c>OneCycleLR</c>; Smith and Topin, "Super-convergence"). Sets the value outright.
/// </summary>
internal sealed class PhasesRule(CurvePhase[] phases, Anneal anneal) : Rule
{
    public override IEnumerable<Level> Levels => phases.SelectMany(p => new[] { p.From.Level, p.To.Level }).Distinct();

    public override void Apply(long step, in Lanes lanes)
    {
        var (start, index) = (0.0, 0);
        while (index < phases.Length - 1 && step > phases[index].LastStep) start = phases[index++].LastStep;
        var phase = phases[index];
        var share = (step - start) / (phase.LastStep - start);
        var wave = Math.Cos(Math.PI * share) + 1;
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var (from, to) = (phase.From.Of(lanes, g), phase.To.Of(lanes, g));
            values[g] = anneal == Anneal.Cosine ? to + (from - to) / 2 * wave : (to - from) * share + from;
        }
    }
}
