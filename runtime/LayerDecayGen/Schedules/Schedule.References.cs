namespace LayerDecayGen.Schedules;

public sealed partial record Schedule
{
    /// <summary>
    /// MAE's schedule for a whole run: linear warm-up from exactly 0, then half a cosine, by the fraction of epochs seen at each update
    /// (MAE, <c>util/lr_sched.py</c>, <c>adjust_learning_rate</c>).
    /// </summary>
    /// <param name="warmup">Length of the warm-up; zero for none.</param>
    /// <param name="length">Length of the whole, longer than the warm-up.</param>
    /// <param name="minimum">What the cosine ends at; MAE's <c>min_lr</c> is <see cref="Level.Scaled"/>.</param>
    /// <exception cref="ArgumentException">The whole is not longer than the warm-up.</exception>
    public static Schedule MaeCosine<TUnit>(TUnit warmup, TUnit length, Level minimum = default) where TUnit : struct, IScheduleUnit
    {
        var (rise, whole) = (warmup.Time, length.Time);
        if (!(rise.Count >= 0)) throw new ArgumentOutOfRangeException(nameof(warmup), rise.Count, "A warm-up is at least 0.");
        if (!(whole.Count > rise.Count)) throw new ArgumentException($"A run of {whole} is not longer than its warm-up of {rise}.", nameof(length));
        return Make(nameof(MaeCosine), default, (TUnit?)length, window => new MaeRule(rise.Count, whole.Count, minimum, window.Position));
    }
}
