namespace LayerDecayGen;

/// <summary>
/// Half a cosine from the value now in the group to a minimum after <paramref name="period"/> steps, and up again after that
/// (mmengine <c>CosineAnnealingParamScheduler</c>, torch <c>CosineAnnealingLR</c>; Loshchilov and Hutter, SGDR, without restarts).
/// </summary>
internal sealed class CosineRule(double period, Level minimum) : Rule
{
    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        if (step == 0) return;
        if ((step - 1 - period) % (2 * period) == 0) Rise(lanes);
        else Follow(step, lanes);
    }

    // At the minimum the quotient below is 0 / 0: the first step up starts from the base value's share.
    private void Rise(in Lanes lanes)
    {
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
            values[g] += (lanes.Bases[g] - minimum.Of(lanes, g)) * (1 - Math.Cos(Math.PI / period)) / 2;
    }

    private void Follow(long step, in Lanes lanes)
    {
        var ratio = (1 + Math.Cos(Math.PI * step / period)) / (1 + Math.Cos(Math.PI * (step - 1) / period));
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var floor = minimum.Of(lanes, g);
            values[g] = ratio * (values[g] - floor) + floor;
        }
    }
}
