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
            new MaeRule(rise.Count, whole.Count, minimum, window.Position)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }
}

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
