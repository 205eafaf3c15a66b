namespace LayerDecayGen;

/// <summary>
/// From the value now in the group to a minimum by a power of the share that is left, reached at the last step of the window
/// (mmengine <c>PolyParamScheduler</c>).
/// </summary>
internal sealed class PolynomialRule(double power, Level minimum, double lastStep) : Rule
{
    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        if (step == 0) return;
        var share = Math.Pow(1 - 1 / (lastStep - step + 1), power);
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var floor = minimum.Of(lanes, g);
            values[g] = (values[g] - floor) * share + floor;
        }
    }
}

/// <summary>
/// Quadratic warm-up: step t adds (2 t + 1) / n² of the base value (mmdetection <c>QuadraticWarmupParamScheduler</c>).
/// </summary>
internal sealed class QuadraticRule(double length) : Rule
{
    public override void Apply(long step, in Lanes lanes)
    {
        var values = lanes.Values;
        var square = length * length;
        for (var g = 0; g < values.Length; g++)
        {
            var share = lanes.Bases[g] * (2 * step + 1) / square;
            values[g] = step == 0 ? share : values[g] + share;
        }
    }
}
