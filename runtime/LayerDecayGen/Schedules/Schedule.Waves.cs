namespace LayerDecayGen;

public sealed partial record Schedule
{
    /// <summary>
    /// Half cosines one after another, each from its share of the base value down to a minimum (mmengine
    /// <c>CosineRestartParamScheduler</c>).
    /// </summary>
    /// <param name="periods">Their lengths.</param>
    /// <param name="weights">The share of the base value that each begins at, one a period; all 1 unless set.</param>
    /// <param name="minimum">What each ends at; zero unless set.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">A period is not positive, or there is not one weight a period.</exception>
    public static Schedule CosineRestarts<TUnit>(
        IReadOnlyList<TUnit> periods,
        IReadOnlyList<double>? weights = null,
        Level minimum = default,
        TUnit from = default,
        TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(periods);
        foreach (var period in periods) CheckPositive<TUnit>(period, nameof(periods));
        double[] shares = [.. weights ?? [.. periods.Select(_ => 1.0)]];
        if (shares.Length != periods.Count)
            throw new ArgumentException($"There are {periods.Count} periods and {shares.Length} weights.", nameof(weights));
        foreach (var share in shares) CheckGamma(share, nameof(weights));
        var end = default(TUnit).Time;
        ScheduleTime[] ends = [.. periods.Select(p => end = p.Time with { Count = end.Count + p.Time.Count })];
        return Make(nameof(CosineRestarts), from, to, window => new CosineRestartsCurve([.. ends.Select(window.StepAt)], shares, minimum));
    }

    /// <summary>Half cosines that grow longer by a factor, each from the base value (torch <c>CosineAnnealingWarmRestarts</c>).</summary>
    /// <param name="first">Length of the first.</param>
    /// <param name="multiplier">How much longer each is than the one before, at least 1.</param>
    /// <param name="minimum">What each ends at; zero unless set.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The length is not positive or the multiplier is below 1.</exception>
    public static Schedule WarmRestarts<TUnit>(TUnit first, double multiplier = 1, Level minimum = default, TUnit from = default,
        TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        CheckPositive<TUnit>(first, nameof(first));
        if (!(multiplier >= 1 && double.IsFinite(multiplier)))
            throw new ArgumentOutOfRangeException(nameof(multiplier), multiplier, "Periods grow: the multiplier is at least 1.");
        return Make(nameof(WarmRestarts), from, to, window => new WarmRestartsCurve(new Recurrence(window, first.Time), multiplier, minimum));
    }

    /// <summary>
    /// The one-cycle policy: up to a maximum, then down far below the start, in two phases or three (mmengine
    /// <c>OneCycleParamScheduler</c>, torch <c>OneCycleLR</c>). Every group has its own maximum.
    /// </summary>
    /// <param name="maximum">The peak; <c>Level.Ratio(1)</c> is each group's base value. An absolute one drops lr scales.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <param name="cycle">Shape of the cycle; the defaults unless set.</param>
    /// <param name="length">Steps in the cycle; null is the length of the window.</param>
    /// <exception cref="ArgumentException">The shape is out of range or the window is empty.</exception>
    public static Schedule OneCycle<TUnit>(Level maximum, TUnit from, TUnit? to = null, OneCycleOptions? cycle = null, TUnit? length = null)
        where TUnit : struct, IScheduleUnit
    {
        var shape = (cycle ?? new OneCycleOptions()).Checked();
        CheckPositive(length, nameof(length));
        return Make(nameof(OneCycle), from, to, window => new PhasesCurve(
            shape.Phases(
                window.CycleLength(length?.Time),
                new PhaseValue(maximum, shape.DivisionFactor),
                new PhaseValue(maximum),
                new PhaseValue(maximum, shape.DivisionFactor, shape.FinalDivisionFactor)),
            shape.Anneal));
    }

    /// <summary>
    /// Momentum under the one-cycle policy: low where the rate is high (torch <c>OneCycleLR</c> with <c>cycle_momentum</c>).
    /// </summary>
    /// <param name="lower">Momentum at the peak of the rate; 0.85 in torch.</param>
    /// <param name="upper">Momentum at both ends; 0.95 in torch.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <param name="cycle">Shape of the cycle, the same as the rate's.</param>
    /// <param name="length">Steps in the cycle; null is the length of the window.</param>
    /// <exception cref="ArgumentException">The shape is out of range or the window is empty.</exception>
    public static Schedule OneCycleMomentum<TUnit>(
        Level lower, Level upper, TUnit from, TUnit? to = null, OneCycleOptions? cycle = null, TUnit? length = null)
        where TUnit : struct, IScheduleUnit
    {
        var shape = (cycle ?? new OneCycleOptions()).Checked();
        CheckPositive(length, nameof(length));
        var (low, high) = (new PhaseValue(lower), new PhaseValue(upper));
        return Make(nameof(OneCycleMomentum), from, to, window => new PhasesCurve(
            shape.Phases(window.CycleLength(length?.Time), high, low, high), shape.Anneal)) with
        {
            Target = Hyperparameter.Momentum,
        };
    }

    /// <summary>Up and down between two levels (torch <c>CyclicLR</c>).</summary>
    /// <param name="lower">The value at the start of a cycle.</param>
    /// <param name="upper">The value at its peak.</param>
    /// <param name="up">Steps to the peak.</param>
    /// <param name="down">Steps back; as many as up, unless set.</param>
    /// <param name="mode">How the height of a cycle changes.</param>
    /// <param name="gamma">The factor a step of <see cref="CyclicMode.ExponentialRange"/>.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">A length or the factor is not positive.</exception>
    public static Schedule Cyclic<TUnit>(
        Level lower, Level upper, TUnit up, TUnit? down = null, CyclicMode mode = CyclicMode.Triangular, double gamma = 1, TUnit? to = null)
        where TUnit : struct, IScheduleUnit =>
        Cycles(nameof(Cyclic), lower, upper, up, down, mode, gamma, to, downFirst: false);

    /// <summary>
    /// Momentum against a cyclic rate: from the upper level down to the lower at the rate's peak (torch <c>CyclicLR</c> with
    /// <c>cycle_momentum</c>).
    /// </summary>
    /// <param name="lower">Momentum at the peak of the rate; 0.8 in torch.</param>
    /// <param name="upper">Momentum at the start of a cycle; 0.9 in torch.</param>
    /// <param name="up">Steps to the peak.</param>
    /// <param name="down">Steps back; as many as up, unless set.</param>
    /// <param name="mode">How the height of a cycle changes.</param>
    /// <param name="gamma">The factor a step of <see cref="CyclicMode.ExponentialRange"/>.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">A length or the factor is not positive.</exception>
    public static Schedule CyclicMomentum<TUnit>(
        Level lower, Level upper, TUnit up, TUnit? down = null, CyclicMode mode = CyclicMode.Triangular, double gamma = 1, TUnit? to = null)
        where TUnit : struct, IScheduleUnit =>
        Cycles(nameof(CyclicMomentum), lower, upper, up, down, mode, gamma, to, downFirst: true) with { Target = Hyperparameter.Momentum };

    private static Schedule Cycles<TUnit>(
        string kind, Level lower, Level upper, TUnit up, TUnit? down, CyclicMode mode, double gamma, TUnit? to, bool downFirst)
        where TUnit : struct, IScheduleUnit
    {
        CheckPositive<TUnit>(up, nameof(up));
        CheckPositive(down, nameof(down));
        CheckGamma(gamma, nameof(gamma));
        Require.Defined(mode);
        var (rise, fall) = (up.Time, (down ?? up).Time);
        return Make(kind, default, to, window =>
            new CyclicCurve(lower, upper, window.Steps(rise), window.Steps(fall), mode, gamma, downFirst));
    }
}

/// <summary>The shape of a one-cycle policy; the defaults are torch's and mmengine's.</summary>
public sealed record OneCycleOptions
{
    /// <summary>The share of the steps that goes up, in [0, 1].</summary>
    public double RisingShare { get; init; } = 0.3;

    /// <summary>How values go between two phases.</summary>
    public Anneal Anneal { get; init; }

    /// <summary>The start is the maximum over this, above 0.</summary>
    public double DivisionFactor { get; init; } = 25;

    /// <summary>The end is the start over this, above 0.</summary>
    public double FinalDivisionFactor { get; init; } = 1e4;

    /// <summary>Whether the rate goes back to its start before it goes below.</summary>
    public bool ThreePhases { get; init; }

    internal OneCycleOptions Checked()
    {
        Require.Share(RisingShare);
        Require.Positive(DivisionFactor);
        Require.Positive(FinalDivisionFactor);
        Require.Defined(Anneal);
        return this;
    }

    internal CurvePhase[] Phases(double steps, PhaseValue start, PhaseValue peak, PhaseValue end)
    {
        var rise = RisingShare * steps - 1;
        return ThreePhases
            ? [new(rise, start, peak), new(2 * RisingShare * steps - 2, peak, start), new(steps - 1, start, end)]
            : [new(rise, start, peak), new(steps - 1, peak, end)];
    }
}
