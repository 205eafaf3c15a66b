namespace LayerDecayGen;

public sealed partial record Schedule
{
    /// <summary>
    /// Warm-up, stable, decay: linear warm-up, the base value for most of the run, and a decay over its last share.
    /// </summary>
    /// <param name="warmup">Length of the warm-up; the base value is reached at its last step.</param>
    /// <param name="decayFrom">When the decay begins, not before the warm-up ends.</param>
    /// <param name="to">When it ends: the minimum is reached there.</param>
    /// <param name="shape">How it decays.</param>
    /// <param name="minimum">What it decays to; zero unless set. <see cref="DecayShape.Exponential"/> takes one above 0.</param>
    /// <param name="startFactor">The share of the base value at the first step, in [0, 1].</param>
    /// <exception cref="ArgumentException">The lengths are not in order or a factor is out of range.</exception>
    public static Schedule WarmupStableDecay<TUnit>(
        TUnit warmup, TUnit decayFrom, TUnit to, DecayShape shape = DecayShape.Linear, Level minimum = default, double startFactor = 0.001)
        where TUnit : struct, IScheduleUnit
    {
        CheckShare(startFactor, nameof(startFactor));
        Require.Defined(shape);
        if (shape == DecayShape.Exponential && minimum.IsZero)
            throw new ArgumentException("An exponential decay never reaches 0: give it a minimum above 0.", nameof(minimum));
        var (rise, fall, end) = (warmup.Time, decayFrom.Time, to.Time);
        Require.NotNegative(rise.Count, nameof(warmup));
        if (Require.NotNegative(fall.Count, nameof(decayFrom)) < rise.Count)
            throw new ArgumentException($"The decay from {fall} on begins within the warm-up of {rise}.", nameof(decayFrom));
        if (Require.NotNegative(end.Count, nameof(to)) <= fall.Count)
            throw new ArgumentException($"The decay ends at {end}, where or before it begins ({fall}).", nameof(to));
        return Make<TUnit>(nameof(WarmupStableDecay), default, to, window => new WarmupStableDecayCurve(
            window.StepAt(rise), window.StepAt(fall), window.Length, shape, minimum, startFactor)) with
        {
            WarmsUp = rise.Count > 0,
        };
    }

    /// <summary>A schedule of one's own: base value times a function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The window is empty.</exception>
    public static Schedule Custom<TUnit>(IScheduleFunction function, TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(function);
        return Make(function.GetType().Name, from, to, _ => new CustomCurve(function.Factor));
    }

    /// <summary>A schedule of one's own over the whole run: base value times a function.</summary>
    /// <param name="function">The function.</param>
    public static Schedule Custom(IScheduleFunction function) => Custom<Updates>(function, default);

    /// <summary>Base value times a function of step and group (torch <c>LambdaLR</c>).</summary>
    /// <param name="factor">The factor on the base value at a step of the window, for a group.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The window is empty.</exception>
    public static Schedule Lambda<TUnit>(Func<long, ScheduledGroup, double> factor, TUnit from, TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(factor);
        return Make(nameof(Lambda), from, to, _ => new CustomCurve(factor));
    }

    /// <summary>The value now in the group times a function of the step, from the second step on (torch <c>MultiplicativeLR</c>).</summary>
    /// <param name="factor">The factor at a step of the window.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The window is empty.</exception>
    public static Schedule Multiplicative<TUnit>(Func<long, double> factor, TUnit from, TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(factor);
        return Make(nameof(Multiplicative), from, to, _ => new MultiplicativeCurve(factor));
    }

    /// <summary>
    /// Reduces the value now in the group when a metric stops improving (mmengine <c>ReduceOnPlateauParamScheduler</c>, torch
    /// <c>ReduceLROnPlateau</c>). The metric comes by <see cref="ScheduleSet.Report"/>, after the step that it belongs to; those outside
    /// the window do not count.
    /// </summary>
    /// <param name="options">When a plateau is declared.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">An option is out of range or the window is empty.</exception>
    public static Schedule Plateau<TUnit>(PlateauOptions options, TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Checked();
        return Make(nameof(Plateau), from, to, _ => new PlateauCurve(options));
    }

    /// <summary>
    /// Schedules in turn, each beginning at the base value and at its own step 0 (torch <c>SequentialLR</c>). Schedules in product need no
    /// composition: all that are given to a <see cref="ScheduleSet"/> act on the same value, in their order (torch
    /// <c>ChainedScheduler</c>).
    /// </summary>
    /// <param name="milestones">When the second and each further part begins, in ascending order; one fewer than parts.</param>
    /// <param name="parts">The parts, their windows counted from their own begin.</param>
    /// <exception cref="ArgumentException">There is not one milestone fewer than parts, or they are not in ascending order.</exception>
    public static Schedule[] Sequence<TUnit>(IReadOnlyList<TUnit> milestones, params Schedule[] parts) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(parts);
        var times = Ascending(milestones, nameof(milestones));
        if (times.Length != parts.Length - 1)
            throw new ArgumentException($"{parts.Length} parts have {parts.Length - 1} milestones between them; found {times.Length}.",
                nameof(milestones));
        return
        [
            .. parts.Select((part, i) => part with
            {
                PartBegin = i == 0 ? part.PartBegin : times[i - 1],
                PartEnd = i < times.Length ? times[i] : part.PartEnd,
            }),
        ];
    }
}
