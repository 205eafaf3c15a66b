namespace LayerDecayGen;

/// <summary>
/// MAE's rate by the fraction of epochs seen: linear from exactly 0, then half a cosine to a minimum (<c>util/lr_sched.py</c>,
/// <c>adjust_learning_rate</c>). Sets the value outright.
/// </summary>
internal sealed class MaeRule(double warmup, double length, Level minimum, Func<long, double> position) : Rule
{
    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        var at = position(step);
        var values = lanes.Values;
        if (at < warmup)
        {
            for (var g = 0; g < values.Length; g++) values[g] = lanes.Bases[g] * at / warmup;
            return;
        }

        var wave = 1 + Math.Cos(Math.PI * (at - warmup) / (length - warmup));
        for (var g = 0; g < values.Length; g++)
        {
            var floor = minimum.Of(lanes, g);
            values[g] = floor + (lanes.Bases[g] - floor) * 0.5 * wave;
        }
    }
}
