namespace LayerDecayGen.References;

/// <summary>MAE's schedule (<c>util/lr_sched.py</c>).</summary>
public static class MaeSchedule
{
    /// <summary>
    /// MAE's schedule for a whole run: linear warm-up from exactly 0, then half a cosine, by the fraction of epochs seen at each update
    /// (MAE, <c>util/lr_sched.py</c>, <c>adjust_learning_rate</c>).
    /// </summary>
    /// <param name="warmup">Length of the warm-up; zero for none.</param>
    /// <param name="length">Length of the whole, longer than the warm-up.</param>
    /// <param name="minimum">What the cosine ends at; MAE's <c>min_lr</c> is <see cref="Level.Scaled"/>.</param>
    /// <param name="parity">Whether, as there, the cosine rises again when the run is longer. Otherwise the value stays.</param>
    /// <exception cref="ArgumentException">The whole is not longer than the warm-up.</exception>
    public static Schedule Cosine<TUnit>(TUnit warmup, TUnit length, Level minimum = default, bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        var (rise, whole) = (warmup.Time, length.Time);
        if (!(rise.Count >= 0)) throw new ArgumentOutOfRangeException(nameof(warmup), rise.Count, "A warm-up is at least 0.");
        if (!(whole.Count > rise.Count))
            throw new ArgumentException($"A run of {whole} is not longer than its warm-up of {rise}.", nameof(length));
        return Schedule.Make("MaeCosine", default, parity ? null : (TUnit?)length, window =>
            new MaeCurve(rise.Count, whole.Count, minimum, window)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }
}

/// <summary>
/// MAE's rate by the fraction of epochs seen: linear from exactly 0, then half a cosine to a minimum (<c>util/lr_sched.py</c>,
/// <c>adjust_learning_rate</c>).
/// </summary>
internal sealed class MaeCurve(double warmup, double length, Level minimum, ScheduleWindow window) : OutrightCurve
{
    public override IEnumerable<Level> Levels => [minimum];

    public override IEnumerable<double> Turns => [window.Converts ? window.StepAt(new ScheduleTime(warmup, InEpochs: true)) : warmup];

    protected override void Set(long step, in GroupValues values)
    {
        var at = window.Position(step);
        if (at < warmup)
        {
            for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * at / warmup;
            return;
        }

        var wave = 1 + Math.Cos(Math.PI * (at - warmup) / (length - warmup));
        for (var g = 0; g < values.Values.Length; g++)
        {
            var floor = minimum.Of(values, g);
            values.Values[g] = floor + (values.Bases[g] - floor) * 0.5 * wave;
        }
    }
}
