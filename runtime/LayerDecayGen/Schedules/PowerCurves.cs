namespace LayerDecayGen;

/// <summary>
/// From the value now in the group to a minimum by a power of the share that is left, reached at the last step of the window
/// (mmengine <c>PolyParamScheduler</c>).
/// </summary>
internal sealed class PolynomialCurve(double power, Level minimum, long lastStep) : ScheduleCurve
{
    public override CurveKind Kind => CurveKind.Following;

    public override IEnumerable<Level> Levels => [minimum];

    public override void Carry(long from, long to, in GroupValues values)
    {
        var start = Math.Max(from, 0);
        if (to == start) return;
        var share = Math.Pow((double)(lastStep - to) / (lastStep - start), power);
        for (var g = 0; g < values.Values.Length; g++)
        {
            var floor = minimum.Of(values, g);
            values.Values[g] = (values.Values[g] - floor) * share + floor;
        }
    }
}

/// <summary>
/// Quadratic warm-up: step t adds (2 t + 1) / n² of the base value (mmdetection <c>QuadraticWarmupParamScheduler</c>).
/// </summary>
internal sealed class QuadraticCurve(long length) : ScheduleCurve
{
    public override CurveKind Kind => CurveKind.Following;

    public override void Carry(long from, long to, in GroupValues values)
    {
        var square = (double)length * length;
        var (after, before) = (to + 1.0, from + 1.0);
        for (var g = 0; g < values.Values.Length; g++)
        {
            var share = values.Bases[g] * (after * after - before * before) / square;
            values.Values[g] = from < 0 ? share : values.Values[g] + share;
        }
    }
}
