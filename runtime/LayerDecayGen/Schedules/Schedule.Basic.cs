namespace LayerDecayGen;

public sealed partial record Schedule
{
    /// <summary>
    /// Linear warm-up from a share of the base value to all of it, which is reached at the last step of the warm-up
    /// (mmengine <c>LinearLR</c> with <c>end_factor</c> 1, except that a warm-up of one step leaves the value, where that one never takes
    /// the factor back; Goyal et al., "Accurate, large minibatch SGD").
    /// </summary>
    /// <param name="length">How long, from the first update on; zero for no warm-up.</param>
    /// <param name="startFactor">The share at the first step, in (0, 1].</param>
    /// <exception cref="ArgumentException">The length is not positive or the factor is out of range.</exception>
    public static Schedule LinearWarmup<TUnit>(TUnit length, double startFactor = 0.001) where TUnit : struct, IScheduleUnit
    {
        CheckStart(startFactor, nameof(startFactor));
        return Warmup(nameof(LinearWarmup), length, default, window =>
            new LinearCurve(window.LastStep > 0 ? startFactor : 1, 1, window.LastStep));
    }

    /// <summary>
    /// Linear from one share of the base value to another, reached at the last step of the window (mmengine <c>LinearParamScheduler</c>).
    /// torch's <c>LinearLR(total_iters: n)</c> is the window of n + 1 steps.
    /// </summary>
    /// <param name="startFactor">The share at the first step, in (0, 1]. Zero, which mmengine accepts, fails there at its second
    /// step.</param>
    /// <param name="endFactor">The share at the last step, in [0, 1].</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">A factor is out of range or the window is empty.</exception>
    public static Schedule Linear<TUnit>(double startFactor, double endFactor, TUnit from, TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        CheckStart(startFactor, nameof(startFactor));
        CheckShare(endFactor, nameof(endFactor));
        return Make(nameof(Linear), from, to, window => new LinearCurve(startFactor, endFactor, window.LastStep));
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
        return Make(nameof(Cosine), from, to, window => new CosineCurve(period is { } given ? window.Steps(given.Time) : window.Length, minimum));
    }

    /// <summary>
    /// A factor on the value now in the group over a window, taken back at the last step of it (mmengine <c>ConstantParamScheduler</c>).
    /// torch's <c>ConstantLR(total_iters: n)</c> is the window of n + 1 steps.
    /// </summary>
    /// <param name="factor">In (0, 1]. Zero, which mmengine accepts, fails there at the end.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The factor is out of range or the window is empty.</exception>
    public static Schedule Constant<TUnit>(double factor, TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit
    {
        CheckStart(factor, nameof(factor));
        return Make(nameof(Constant), from, to, window => new ConstantCurve(factor, window.LastStep));
    }

    /// <summary>Keeps the value: says that a stretch without change between two schedules is meant.</summary>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The window is empty.</exception>
    public static Schedule Hold<TUnit>(TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit =>
        Make(nameof(Hold), from, to, _ => new HoldCurve());

    /// <summary>A factor at every step but the first (mmengine <c>ExponentialParamScheduler</c>, torch <c>ExponentialLR</c>).</summary>
    /// <param name="gamma">The factor, above 0.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The factor is not positive or the window is empty.</exception>
    public static Schedule Exponential<TUnit>(double gamma, TUnit from, TUnit? to = null) where TUnit : struct, IScheduleUnit
    {
        CheckGamma(gamma, nameof(gamma));
        return Make(nameof(Exponential), from, to, _ => new ExponentialCurve(gamma));
    }

    /// <summary>
    /// A factor every so many steps, counted from the begin of the window (mmengine <c>StepParamScheduler</c>, torch <c>StepLR</c>).
    /// </summary>
    /// <param name="size">Steps between two factors.</param>
    /// <param name="gamma">The factor, above 0.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">The size or factor is not positive, or the window is empty.</exception>
    public static Schedule Step<TUnit>(TUnit size, double gamma = 0.1, TUnit from = default, TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        CheckPositive<TUnit>(size, nameof(size));
        CheckGamma(gamma, nameof(gamma));
        return Make(nameof(Step), from, to, window => new StepCurve(new Recurrence(window, size.Time), gamma));
    }

    /// <summary>
    /// A factor at each milestone, counted from the begin of the window; one listed twice counts twice (mmengine
    /// <c>MultiStepParamScheduler</c>, torch <c>MultiStepLR</c>).
    /// </summary>
    /// <param name="milestones">When, in ascending order, each at least 0.</param>
    /// <param name="gamma">The factor, above 0.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <exception cref="ArgumentException">Milestones are negative or not sorted, the factor is not positive, or the window is
    /// empty.</exception>
    public static Schedule MultiStep<TUnit>(IReadOnlyList<TUnit> milestones, double gamma = 0.1, TUnit from = default, TUnit? to = null)
        where TUnit : struct, IScheduleUnit
    {
        var times = Ascending(milestones, nameof(milestones));
        CheckGamma(gamma, nameof(gamma));
        return Make(nameof(MultiStep), from, to, window => new MultiStepCurve([.. times.Select(window.StepAt)], gamma));
    }

    /// <summary>
    /// Down to a minimum by a power of the share that is left, reached at the last step of the window (mmengine <c>PolyParamScheduler</c>).
    /// </summary>
    /// <param name="power">The power, above 0.</param>
    /// <param name="from">Begin of the window.</param>
    /// <param name="to">End of the window; null is the end of the run.</param>
    /// <param name="minimum">The value at the last step; zero unless set.</param>
    /// <exception cref="ArgumentException">The power is not positive or the window is empty.</exception>
    public static Schedule Polynomial<TUnit>(double power, TUnit from, TUnit? to = null, Level minimum = default)
        where TUnit : struct, IScheduleUnit
    {
        CheckGamma(power, nameof(power));
        return Make(nameof(Polynomial), from, to, window => new PolynomialCurve(power, minimum, window.LastStep));
    }

    /// <summary>
    /// Warm-up from almost nothing by the square of the steps taken, the base value reached at its last step
    /// (mmdetection <c>QuadraticWarmupParamScheduler</c>).
    /// </summary>
    /// <param name="length">How long; zero for no warm-up.</param>
    /// <param name="from">When it begins; the first update, unless set.</param>
    /// <exception cref="ArgumentException">The length is not positive.</exception>
    public static Schedule QuadraticWarmup<TUnit>(TUnit length, TUnit from = default) where TUnit : struct, IScheduleUnit
    {
        return Warmup(nameof(QuadraticWarmup), length, from, window => new QuadraticCurve(window.Length));
    }

    private static Schedule Warmup<TUnit>(string kind, TUnit length, TUnit from, Func<ScheduleWindow, ScheduleCurve> curve)
        where TUnit : struct, IScheduleUnit
    {
        var (begin, count) = (from.Time, Require.NotNegative(length.Time.Count, nameof(length)));
        return new Schedule(kind, begin, count == 0 ? null : begin with { Count = begin.Count + count }, curve)
        {
            IsNone = count == 0,
            WarmsUp = true,
            IsWarmup = true,
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
        return Make<TUnit>(nameof(TorchPolynomial), default, null, window => new TorchPolynomialCurve(window.StepAt(length.Time), power));
    }

    internal static void CheckGamma(double gamma, string name)
    {
        Require.Positive(gamma, name);
    }

    internal static ScheduleTime[] Ascending<TUnit>(IReadOnlyList<TUnit> milestones, string name) where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(milestones, name);
        ScheduleTime[] times = [.. milestones.Select(m => m.Time)];
        for (var i = 0; i < times.Length; i++)
        {
            Require.NotNegative(times[i].Count, name);
            if (i > 0 && times[i].Count < times[i - 1].Count)
                throw new ArgumentException($"Milestones are in ascending order; found {times[i]} after {times[i - 1]}.", name);
        }

        return times;
    }

    private static void CheckStart(double factor, string name)
    {
        if (!(factor > 0 && factor <= 1))
            throw new ArgumentOutOfRangeException(name, factor,
                "A start factor is in (0, 1]: from 0 a product never rises again; use a small factor such as 0.001.");
    }

    internal static void CheckShare(double factor, string name)
    {
        Require.Share(factor, name);
    }

    internal static void CheckPositive<TUnit>(TUnit? time, string name) where TUnit : struct, IScheduleUnit
    {
        if (time is { } given) Require.Positive(given.Time.Count, name);
    }
}
