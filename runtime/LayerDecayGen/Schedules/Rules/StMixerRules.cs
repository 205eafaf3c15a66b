namespace LayerDecayGen;

/// <summary>How STMixer's warm-up rises.</summary>
public enum WarmupMethod
{
    /// <summary>In a line from the start factor to 1.</summary>
    Linear,

    /// <summary>Not at all: the start factor, then 1.</summary>
    Constant,
}

/// <summary>STMixer's warm-up: a share of the base value that grows to 1, reached right after the warm-up.</summary>
internal readonly record struct StMixerWarmup(double Length, double StartFactor, WarmupMethod Method)
{
    public double Factor(long step)
    {
        if (step >= Length) return 1;
        if (Method == WarmupMethod.Constant) return StartFactor;
        var share = step / Length;
        return StartFactor * (1 - share) + share;
    }
}

/// <summary>Warm-up times a factor for every milestone passed (STMixer <c>WarmupMultiStepLR</c>). Sets the value outright.</summary>
internal sealed class WarmupMultiStepRule(StMixerWarmup warmup, double[] milestones, double gamma) : Rule
{
    public override bool Jumps => true;

    public override void Apply(long step, in Lanes lanes)
    {
        var passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step) passed++;
        var (rise, fall) = (warmup.Factor(step), Math.Pow(gamma, passed));
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++) values[g] = lanes.Bases[g] * rise * fall;
    }
}

/// <summary>
/// Warm-up, then half a cosine (STMixer <c>HalfPeriodCosStepLR</c>). There the cosine runs from update 0, so the rate jumps down where
/// the warm-up ends; here it runs from that end unless parity is asked for. Sets the value outright.
/// </summary>
internal sealed class HalfPeriodCosineRule(StMixerWarmup warmup, double length, bool parity) : Rule
{
    public override bool Jumps => parity || warmup.Method == WarmupMethod.Constant;

    public override void Apply(long step, in Lanes lanes)
    {
        var factor = step < warmup.Length ? warmup.Factor(step) : 0.5 * (Math.Cos(Share(step) * Math.PI) + 1);
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++) values[g] = lanes.Bases[g] * factor;
    }

    private double Share(long step) => parity ? step / length : (step - warmup.Length) / (length - warmup.Length);
}
