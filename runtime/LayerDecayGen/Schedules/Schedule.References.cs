namespace LayerDecayGen;

public sealed partial record Schedule
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
    public static Schedule MaeCosine<TUnit>(TUnit warmup, TUnit length, Level minimum = default, bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        var (rise, whole) = (warmup.Time, length.Time);
        if (!(rise.Count >= 0)) throw new ArgumentOutOfRangeException(nameof(warmup), rise.Count, "A warm-up is at least 0.");
        if (!(whole.Count > rise.Count))
            throw new ArgumentException($"A run of {whole} is not longer than its warm-up of {rise}.", nameof(length));
        return Make(nameof(MaeCosine), default, parity ? null : (TUnit?)length, window =>
            new MaeRule(rise.Count, whole.Count, minimum, window.Position)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }

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
        CheckPositive<TUnit>(length, nameof(length));
        var (rise, whole) = (warmup.Time, length.Time);
        if (!(rise.Count >= 0 && rise.Count <= whole.Count))
            throw new ArgumentOutOfRangeException(nameof(warmup), rise.Count, $"A warm-up is between 0 and the whole of {whole}.");
        return Make<TUnit>(nameof(CosineTable), default, length, window =>
            new CosineTableRule(window.WholeSteps(rise), window.Length, start, end)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }

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
        var times = Ascending(milestones, nameof(milestones));
        CheckGamma(gamma, nameof(gamma));
        var rise = CheckWarmup(warmup, startFactor, method);
        return Make<TUnit>(nameof(WarmupMultiStep), default, null, window => new WarmupMultiStepRule(
            new StMixerWarmup(window.Steps(rise), startFactor, method), [.. times.Select(window.Steps)], gamma)) with
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
        CheckPositive<TUnit>(length, nameof(length));
        if (!parity && !(length.Time.Count > rise.Count))
            throw new ArgumentException($"A run of {length.Time} is not longer than its warm-up of {rise}.", nameof(length));
        return Make(nameof(HalfPeriodCosine), default, parity ? null : (TUnit?)length, window =>
            new HalfPeriodCosineRule(new StMixerWarmup(window.Steps(rise), startFactor, method), window.Steps(length.Time), parity)) with
        {
            WarmsUp = rise.Count > 0 && !parity,
            Warning = parity
                ? "HalfPeriodCosine keeps STMixer's jump at the end of the warm-up, where its cosine takes over from update 0 on."
                : "HalfPeriodCosine runs its cosine from the end of the warm-up; STMixer's (HalfPeriodCosStepLR) jumps there. "
                    + "Ask for parity to have that.",
        };
    }

    /// <summary>
    /// The base value times a power of the share that is left (torch <c>PolynomialLR</c>); 0 from <paramref name="length"/> on.
    /// </summary>
    /// <param name="length">Steps down to 0 (<c>total_iters</c>).</param>
    /// <param name="power">The power, above 0.</param>
    /// <exception cref="ArgumentException">The length or power is not positive.</exception>
    public static Schedule TorchPolynomial<TUnit>(TUnit length, double power = 1) where TUnit : struct, IScheduleUnit
    {
        CheckPositive<TUnit>(length, nameof(length));
        CheckGamma(power, nameof(power));
        return Make<TUnit>(nameof(TorchPolynomial), default, null, window => new TorchPolynomialRule(window.Steps(length.Time), power));
    }

    private static ScheduleTime CheckWarmup<TUnit>(TUnit warmup, double startFactor, WarmupMethod method)
        where TUnit : struct, IScheduleUnit
    {
        if (!(warmup.Time.Count >= 0)) throw new ArgumentOutOfRangeException(nameof(warmup), warmup.Time.Count, "A warm-up is at least 0.");
        CheckShare(startFactor, nameof(startFactor));
        if (!Enum.IsDefined(method))
            throw new ArgumentOutOfRangeException(nameof(method), method, "Unknown warm-up method: Linear or Constant.");
        return warmup.Time;
    }
}
