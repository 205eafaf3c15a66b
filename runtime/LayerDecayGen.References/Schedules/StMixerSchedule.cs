namespace LayerDecayGen.References;

/// <summary>STMixer's schedules (<c>alphaction/solver/lr_scheduler.py</c>).</summary>
public static class StMixerSchedule
{
    /// <summary>
    /// STMixer's warm-up and milestones, by which milestones within the warm-up count as well (<c>alphaction/solver/lr_scheduler.py</c>,
    /// <c>WarmupMultiStepLR</c>).
    /// </summary>
    /// <param name="milestones">When the factor applies, in ascending order; one listed twice counts twice.</param>
    /// <param name="warmup">Length of the warm-up; zero for none.</param>
    /// <param name="gamma">The factor at a milestone, above 0.</param>
    /// <param name="startFactor">The share of the base value at the first step, in [0, 1].</param>
    /// <param name="method">How the warm-up rises.</param>
    /// <exception cref="ArgumentException">Milestones are negative or not sorted, or a factor is out of range.</exception>
    public static Schedule WarmupMultiStep<TUnit>(
        IReadOnlyList<TUnit> milestones,
        TUnit warmup,
        double gamma = 0.1,
        double startFactor = 1.0 / 3,
        WarmupMethod method = WarmupMethod.Linear)
        where TUnit : struct, IScheduleUnit
    {
        var times = Schedule.Ascending(milestones, nameof(milestones));
        Schedule.CheckGamma(gamma, nameof(gamma));
        var rise = CheckWarmup(warmup, startFactor, method);
        return Schedule.Make<TUnit>(nameof(WarmupMultiStep), default, null, window => new WarmupMultiStepCurve(
            new StMixerWarmup(window.Point(rise), startFactor, method), [.. times.Select(window.Point)], gamma)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }

    /// <summary>
    /// STMixer's warm-up and half a cosine (<c>alphaction/solver/lr_scheduler.py</c>, <c>HalfPeriodCosStepLR</c>). There the cosine runs
    /// from update 0, so that the rate jumps from the base value down to 0.5 (1 + cos(π warm-up / length)) of it, and past the length it
    /// rises again; here it runs from the end of the warm-up, and stays at 0, unless <paramref name="parity"/> is asked for.
    /// </summary>
    /// <param name="warmup">Length of the warm-up, shorter than the whole; zero for none.</param>
    /// <param name="length">Length of the whole (<c>max_iters</c>).</param>
    /// <param name="startFactor">The share of the base value at the first step, in [0, 1].</param>
    /// <param name="method">How the warm-up rises.</param>
    /// <param name="parity">Whether to keep the jump and the rise.</param>
    /// <exception cref="ArgumentException">The warm-up is not shorter than the whole, or the factor is out of range.</exception>
    public static Schedule HalfPeriodCosine<TUnit>(
        TUnit warmup, TUnit length, double startFactor = 1.0 / 3, WarmupMethod method = WarmupMethod.Linear, bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        var rise = CheckWarmup(warmup, startFactor, method);
        Schedule.CheckPositive<TUnit>(length, nameof(length));
        if (!parity && !(length.Time.Count > rise.Count))
            throw new ArgumentException($"A run of {length.Time} is not longer than its warm-up of {rise}.", nameof(length));
        return Schedule.Make(nameof(HalfPeriodCosine), default, parity ? null : (TUnit?)length, window =>
            new HalfPeriodCosineCurve(new StMixerWarmup(window.Point(rise), startFactor, method), window.Point(length.Time), parity)) with
        {
            WarmsUp = rise.Count > 0 && !parity,
            Warning = parity
                ? "HalfPeriodCosine keeps STMixer's jump at the end of the warm-up, where its cosine takes over from update 0 on."
                : "HalfPeriodCosine runs its cosine from the end of the warm-up; STMixer's (HalfPeriodCosStepLR) jumps there. "
                    + "Ask for parity to have that.",
        };
    }

    private static ScheduleTime CheckWarmup<TUnit>(TUnit warmup, double startFactor, WarmupMethod method)
        where TUnit : struct, IScheduleUnit
    {
        if (!(warmup.Time.Count >= 0)) throw new ArgumentOutOfRangeException(nameof(warmup), warmup.Time.Count, "A warm-up is at least 0.");
        Schedule.CheckShare(startFactor, nameof(startFactor));
        if (!Enum.IsDefined(method))
            throw new ArgumentOutOfRangeException(nameof(method), method, "Unknown warm-up method: Linear or Constant.");
        return warmup.Time;
    }
}

/// <summary>How STMixer's warm-up rises.</summary>
public enum WarmupMethod
{
    /// <summary>In a line from the start factor to 1.</summary>
    Linear,

    /// <summary>Not at all: the start factor, then 1.</summary>
    Constant,
}

/// <summary>STMixer's warm-up: a share of the base value that grows to 1, reached right after the warm-up.</summary>
internal readonly record struct StMixerWarmup(double Length, double StartFactor, WarmupMethod Method)
{
    public double Factor(long step)
    {
        if (step >= Length) return 1;
        if (Method == WarmupMethod.Constant) return StartFactor;
        var share = step / Length;
        return StartFactor * (1 - share) + share;
    }
}

/// <summary>Warm-up times a factor for every milestone passed (STMixer <c>WarmupMultiStepLR</c>).</summary>
internal sealed class WarmupMultiStepCurve(StMixerWarmup warmup, double[] milestones, double gamma) : OutrightCurve
{
    public override IEnumerable<double> Turns => [warmup.Length, .. milestones];

    public override bool Jumps => true;

    protected override void Set(long step, in GroupValues values)
    {
        var passed = 0;
        while (passed < milestones.Length && milestones[passed] <= step) passed++;
        var (rise, fall) = (warmup.Factor(step), Math.Pow(gamma, passed));
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * rise * fall;
    }
}

/// <summary>
/// Warm-up, then half a cosine (STMixer <c>HalfPeriodCosStepLR</c>). There the cosine runs from update 0, so the rate jumps down where
/// the warm-up ends; here it runs from that end unless parity is asked for.
/// </summary>
internal sealed class HalfPeriodCosineCurve(StMixerWarmup warmup, double length, bool parity) : OutrightCurve
{
    public override IEnumerable<double> Turns => [warmup.Length];

    public override bool Jumps => parity || warmup.Method == WarmupMethod.Constant;

    protected override void Set(long step, in GroupValues values)
    {
        var factor = step < warmup.Length ? warmup.Factor(step) : 0.5 * (Math.Cos(Share(step) * Math.PI) + 1);
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * factor;
    }

    private double Share(long step) => parity ? step / length : (step - warmup.Length) / (length - warmup.Length);
}
