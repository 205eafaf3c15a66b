namespace LayerDecayGen;

/// <summary>
/// The value of each update as BEiT, VideoMAE and VideoMAEv2 tabulate it (<c>cosine_scheduler</c>): warm-up with both ends in it, then half
/// a cosine from the base value, which so occurs twice in a row; the end level is never quite reached. Sets the value outright.
/// </summary>
internal sealed class CosineTableRule(double warmup, double length, Level start, Level end) : Rule
{
    public override IEnumerable<Level> Levels => [start, end];

    public override void Apply(long step, in Lanes lanes)
    {
        var values = lanes.Values;
        var wave = 1 + Math.Cos(Math.PI * (step - warmup) / (length - warmup));
        for (var g = 0; g < values.Length; g++)
            values[g] = step < warmup ? Rise(step, start.Of(lanes, g), lanes.Bases[g]) : Fall(wave, lanes.Bases[g], end.Of(lanes, g));
    }

    private static double Fall(double wave, double value, double floor) => floor + 0.5 * (value - floor) * wave;

    private double Rise(long step, double from, double to) =>
        step == 0 ? from : step == warmup - 1 ? to : step * ((to - from) / (warmup - 1)) + from;
}
