namespace LayerDecayGen.References;

/// <summary>The schedule of BEiT, VideoMAE and VideoMAEv2 (<c>utils.py</c>).</summary>
public static class BeitSchedule
{
    /// <summary>
    /// The value of each update as BEiT, VideoMAE and VideoMAEv2 tabulate it, for learning rates and weight decay
    /// (<c>utils.py</c>, <c>cosine_scheduler</c>). Base values take the place of <c>base_value</c>.
    /// </summary>
    /// <param name="length">Length of the whole.</param>
    /// <param name="end">What the cosine falls towards (<c>final_value</c>).</param>
    /// <param name="warmup">Length of the warm-up, no longer than the whole; none unless set.</param>
    /// <param name="start">The first value of the warm-up (<c>start_warmup_value</c>).</param>
    /// <exception cref="ArgumentException">The warm-up is negative or longer than the whole.</exception>
    public static Schedule CosineTable<TUnit>(TUnit length, Level end, TUnit warmup = default, Level start = default)
        where TUnit : struct, IScheduleUnit
    {
        Schedule.CheckPositive<TUnit>(length, nameof(length));
        var (rise, whole) = (warmup.Time, length.Time);
        if (!(rise.Count >= 0 && rise.Count <= whole.Count))
            throw new ArgumentOutOfRangeException(nameof(warmup), rise.Count, $"A warm-up is between 0 and the whole of {whole}.");
        return Schedule.Make<TUnit>("BeitCosineTable", default, length, window =>
            new CosineTableCurve(window.StepAt(rise), window.Length, start, end)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }
}

/// <summary>
/// The value of each update as BEiT, VideoMAE and VideoMAEv2 tabulate it (<c>cosine_scheduler</c>): warm-up with both ends in it, then half
/// a cosine from the base value, which so occurs twice in a row; the end level is never quite reached.
/// </summary>
internal sealed class CosineTableCurve(double warmup, double length, Level start, Level end) : OutrightCurve
{
    public override IEnumerable<Level> Levels => [start, end];

    public override IEnumerable<double> Turns => [warmup - 1, warmup];

    protected override void Set(long step, in GroupValues values)
    {
        var wave = 1 + Math.Cos(Math.PI * (step - warmup) / (length - warmup));
        for (var g = 0; g < values.Values.Length; g++)
            values.Values[g] = step < warmup ? Rise(step, start.Of(values, g), values.Bases[g]) : Fall(wave, values.Bases[g], end.Of(values, g));
    }

    private static double Fall(double wave, double value, double floor) => floor + 0.5 * (value - floor) * wave;

    private double Rise(long step, double from, double to) =>
        step == 0 ? from : step == warmup - 1 ? to : step * ((to - from) / (warmup - 1)) + from;
}
