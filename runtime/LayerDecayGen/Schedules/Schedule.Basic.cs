namespace LayerDecayGen.Schedules;

public sealed partial record Schedule
{
    /// <summary>
    /// Linear warm-up from a share of the base value to all of it, which is reached at the last step of the warm-up
    /// (mmengine <c>LinearLR</c> with <c>end_factor</c> 1; Goyal et al., "Accurate, large minibatch SGD").
    /// </summary>
    /// <param name="length">How long, from the first update on.</param>
    /// <param name="startFactor">The share at the first step, in (0, 1].</param>
    /// <exception cref="ArgumentException">The length is not positive or the factor is out of range.</exception>
    public static Schedule LinearWarmup<TUnit>(TUnit length, double startFactor = 0.001) where TUnit : struct, IScheduleUnit
    {
        CheckStart(startFactor, nameof(startFactor));
        if (!(length.Time.Count > 0)) throw new ArgumentOutOfRangeException(nameof(length), length.Time.Count, "A warm-up takes more than no time.");
        return Make(nameof(LinearWarmup), default, (TUnit?)length, window => new LinearRule(startFactor, 1, window.LastStep));
    }

    /// <summary>
    /// Linear from one share of the base value to another, reached at the last step of the window (mmengine <c>LinearParamScheduler</c>).
    /// torch's <c>LinearLR(total_iters: n)</c> is the window of n + 1 steps.
    /// </summary>
    /// <param name="startFactor">The share at the first step, in (0, 1]. Zero, which mmengine accepts, fails there at its second step.</param>
    /// <param name="endFactor">The share at the last step, in [0, 1].</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">A factor is out of range or the window is empty.</exception>
    public static Schedule Linear<TUnit>(double startFactor, double endFactor, TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit
    {
        CheckStart(startFactor, nameof(startFactor));
        CheckShare(endFactor, nameof(endFactor));
        return Make(nameof(Linear), from, to, window => new LinearRule(startFactor, endFactor, window.LastStep));
    }

    /// <summary>
    /// Half a cosine from the value now in the group down to a minimum (mmengine <c>CosineAnnealingParamScheduler</c>, torch
    /// <c>CosineAnnealingLR</c>). A window longer than the period goes up again.
    /// </summary>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <param name="minimum">The value after one period; zero unless set.</param>
    /// <param name="period">Half the wave's length; null is the length of the window.</param>
    /// <exception cref="ArgumentException">The window is empty or the period is not positive.</exception>
    public static Schedule Cosine<TUnit>(TUnit from, TUnit? to = null, Level minimum = default, TUnit? period = null)
        where TUnit : struct, IScheduleUnit
    {
        CheckPositive(period, nameof(period));
        return Make(nameof(Cosine), from, to, window => new CosineRule(window.Steps(period?.Time) ?? window.Length, minimum));
    }

    private static void CheckStart(double factor, string name)
    {
        if (!(factor > 0 && factor <= 1))
            throw new ArgumentOutOfRangeException(name, factor, "A start factor is in (0, 1]: from 0 a product never rises again; use a small factor such as 0.001.");
    }

    private static void CheckShare(double factor, string name)
    {
        if (!(factor >= 0 && factor <= 1)) throw new ArgumentOutOfRangeException(name, factor, "A factor is in [0, 1].");
    }

    private static void CheckPositive<TUnit>(TUnit? time, string name) where TUnit : struct, IScheduleUnit
    {
        if (time is { } given && !(given.Time.Count > 0)) throw new ArgumentOutOfRangeException(name, given.Time.Count, "A length is more than 0.");
    }
}
