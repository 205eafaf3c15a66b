namespace LayerDecayGen;

/// <summary>
/// Half cosines of given lengths, each from a share of the base value (mmengine <c>CosineRestartParamScheduler</c>; Loshchilov and Hutter,
/// SGDR). After the last period the value stays.
/// </summary>
internal sealed class CosineRestartsRule(double[] periods, double[] weights, Level minimum) : Rule
{
    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        var begin = 0.0;
        var index = 0;
        while (index < periods.Length && step >= begin + periods[index]) begin += periods[index++];
        if (index == periods.Length) return;
        var values = lanes.Values;
        var at = step - begin;
        var ratio = (1 + Math.Cos(Math.PI * at / periods[index])) / (1 + Math.Cos(Math.PI * (at - 1) / periods[index]));
        for (var g = 0; g < values.Length; g++)
        {
            var floor = minimum.Of(lanes, g);
            values[g] = at == 0 ? lanes.Bases[g] * weights[index] : ratio * (values[g] - floor) + floor;
        }
    }
}

/// <summary>Half cosines that grow by a factor, each from the base value (torch <c>CosineAnnealingWarmRestarts</c>). Sets the value
/// outright.</summary>
internal sealed class WarmRestartsRule(double first, double multiplier, Level minimum) : Rule
{
    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        var (at, period) = Period(step);
        var wave = 1 + Math.Cos(Math.PI * at / period);
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var floor = minimum.Of(lanes, g);
            values[g] = floor + (lanes.Bases[g] - floor) * wave / 2;
        }
    }

    // With a factor above 1 the loop takes as many turns as there were restarts, the logarithm of the step.
    private (double At, double Period) Period(double step)
    {
        if (multiplier == 1) return (step % first, first);
        var period = first;
        while (step >= period)
        {
            step -= period;
            period *= multiplier;
        }

        return (step, period);
    }
}
