namespace LayerDecayGen.References;

/// <summary>Warm-up and noise of timm's schedulers.</summary>
public sealed record TimmOptions
{
    /// <summary>The rate at the start of the warm-up (<c>warmup_lr_init</c>; in timm it is times the group's lr scale).</summary>
    public Level WarmupStart { get; init; }

    /// <summary>
    /// Whether the curve begins where the warm-up ends (<c>warmup_prefix</c>). In timm the default of most is not: the curve is then read
    /// at the absolute step, and the rate jumps down at the end of the warm-up.
    /// </summary>
    public bool WarmupFirst { get; init; } = true;

    /// <summary>Noise on the rate; none unless set.</summary>
    public TimmNoise? Noise { get; init; }

    /// <summary>
    /// Whether to keep what timm does at the edges: before its first step the rate is that of the constructor, and milestones are met one
    /// step early.
    /// </summary>
    public bool Parity { get; init; }
}

/// <summary>Cycles of timm's cosine, hyperbolic tangent and polynomial.</summary>
public sealed record TimmCycles
{
    /// <summary>What each cycle ends at (<c>lr_min</c>; in timm it is times the group's lr scale).</summary>
    public Level Minimum { get; init; }

    /// <summary>How much longer each cycle is than the one before (<c>cycle_mul</c>), above 0.</summary>
    public double Multiplier { get; init; } = 1;

    /// <summary>The factor on the peak of each further cycle (<c>cycle_decay</c>).</summary>
    public double Decay { get; init; } = 1;

    /// <summary>How many cycles; then the minimum (<c>cycle_limit</c>).</summary>
    public int Limit { get; init; } = 1;

    internal TimmCycles Checked()
    {
        if (!(Multiplier > 0)) throw new ArgumentOutOfRangeException(nameof(Multiplier), Multiplier, "A factor is above 0.");
        if (!(Decay >= 0)) throw new ArgumentOutOfRangeException(nameof(Decay), Decay, "A factor is at least 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(Limit);
        return this;
    }
}

/// <summary>Noise as timm draws it: from torch's generator, seeded with <see cref="Seed"/> plus the step.</summary>
/// <param name="From">The first step with noise.</param>
/// <param name="To">The first step without it again; none unless set.</param>
public sealed record TimmNoise(double From, double To = double.PositiveInfinity)
{
    /// <summary>The largest share of the value (<c>noise_pct</c>), above 0; normal noise beyond it is drawn again.</summary>
    public double Limit { get; init; } = 0.67;

    /// <summary>The seed.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Whether the noise is uniform rather than normal.</summary>
    public bool Uniform { get; init; }

    internal bool AppliesAt(long step) => From <= step && step < To;

    internal double At(long step)
    {
        var generator = new TorchNoise(Seed + step, stackalloc uint[TorchNoise.StateSize]);
        if (Uniform) return 2 * (generator.Uniform() - 0.5) * Limit;
        double noise;
        do noise = generator.Normal();
        while (Math.Abs(noise) >= Limit);
        return noise;
    }
}

/// <summary>
/// timm's schedulers (<c>timm/scheduler</c>) over whole runs. They set the value outright from the base value, the group's rate with its lr
/// scale already in it.
/// </summary>
public static class TimmSchedule
{
    /// <summary>timm's <c>CosineLRScheduler</c>.</summary>
    /// <param name="length">Length of the first cycle (<c>t_initial</c>).</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="cycles">The cycles; one down to 0 unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <param name="kDecay">The power of the share of the cycle (<c>k_decay</c>), above 0.</param>
    /// <exception cref="ArgumentException">A length or factor is out of range.</exception>
    public static Schedule Cosine<TUnit>(TUnit length, TUnit warmup = default, TimmCycles? cycles = null, TimmOptions? options = null,
        double kDecay = 1)
        where TUnit : struct, IScheduleUnit
    {
        if (!(kDecay > 0)) throw new ArgumentOutOfRangeException(nameof(kDecay), kDecay, "A power is above 0.");
        return Cycle("TimmCosine", length, warmup, cycles, options, risesToCurve: false, (at, period) =>
            0.5 * (1 + Math.Cos(Math.PI * Math.Pow(at, kDecay) / Math.Pow(period, kDecay))));
    }

    /// <summary>timm's <c>TanhLRScheduler</c>.</summary>
    /// <param name="length">Length of the first cycle (<c>t_initial</c>).</param>
    /// <param name="lower">Where the tangent begins (<c>lb</c>), below <paramref name="upper"/>.</param>
    /// <param name="upper">Where it ends (<c>ub</c>).</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="cycles">The cycles; one down to 0 unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <exception cref="ArgumentException">A length or factor is out of range.</exception>
    public static Schedule Tanh<TUnit>(
        TUnit length, double lower = -7, double upper = 3, TUnit warmup = default, TimmCycles? cycles = null, TimmOptions? options = null)
        where TUnit : struct, IScheduleUnit
    {
        if (!(lower < upper)) throw new ArgumentException(
            FormattableString.Invariant($"The tangent runs upwards: {lower} is not below {upper}."), nameof(lower));
        return Cycle("TimmTanh", length, warmup, cycles, options, risesToCurve: true, (at, period) =>
        {
            var share = at / period;
            return 0.5 * (1 - Math.Tanh(lower * (1 - share) + upper * share));
        });
    }

    /// <summary>timm's <c>PolyLRScheduler</c>.</summary>
    /// <param name="length">Length of the first cycle (<c>t_initial</c>).</param>
    /// <param name="power">The power of the share that is left, above 0.</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="cycles">The cycles; one down to 0 unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <param name="kDecay">The power of the share of the cycle (<c>k_decay</c>), above 0.</param>
    /// <exception cref="ArgumentException">A length or factor is out of range.</exception>
    public static Schedule Polynomial<TUnit>(
        TUnit length, double power = 0.5, TUnit warmup = default, TimmCycles? cycles = null, TimmOptions? options = null, double kDecay = 1)
        where TUnit : struct, IScheduleUnit
    {
        if (!(power > 0)) throw new ArgumentOutOfRangeException(nameof(power), power, "A power is above 0.");
        if (!(kDecay > 0)) throw new ArgumentOutOfRangeException(nameof(kDecay), kDecay, "A power is above 0.");
        return Cycle("TimmPolynomial", length, warmup, cycles, options, risesToCurve: false, (at, period) =>
            Math.Pow(1 - Math.Pow(at, kDecay) / Math.Pow(period, kDecay), power));
    }

    /// <summary>timm's <c>StepLRScheduler</c>.</summary>
    /// <param name="size">Steps between two factors (<c>decay_t</c>); may be fractional in epochs.</param>
    /// <param name="rate">The factor (<c>decay_rate</c>), above 0.</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <exception cref="ArgumentException">A length or factor is out of range.</exception>
    public static Schedule Step<TUnit>(TUnit size, double rate, TUnit warmup = default, TimmOptions? options = null)
        where TUnit : struct, IScheduleUnit
    {
        Schedule.CheckPositive<TUnit>(size, nameof(size));
        CheckRate(rate);
        var (common, rise) = (options ?? new TimmOptions(), Warmup(warmup));
        return Whole<TUnit>("TimmStep", rise, window => new TimmStepCurve(common, window.Point(rise), window, size.Time, rate));
    }

    /// <summary>timm's <c>MultiStepLRScheduler</c>, whose milestones are met one step early under parity.</summary>
    /// <param name="milestones">When the factor applies (<c>decay_t</c>), in ascending order.</param>
    /// <param name="rate">The factor (<c>decay_rate</c>), above 0.</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <exception cref="ArgumentException">Milestones are negative or not sorted, or the factor is out of range.</exception>
    public static Schedule MultiStep<TUnit>(IReadOnlyList<TUnit> milestones, double rate, TUnit warmup = default,
        TimmOptions? options = null)
        where TUnit : struct, IScheduleUnit
    {
        var times = Schedule.Ascending(milestones, nameof(milestones));
        CheckRate(rate);
        var (common, rise) = (options ?? new TimmOptions(), Warmup(warmup));
        return Whole<TUnit>("TimmMultiStep", rise, window => new TimmMultiStepCurve(
            common, window.Point(rise), [.. times.Select(window.Point)], rate)) with
        {
            Warning = common.Parity
                ? "TimmMultiStep keeps timm's milestones, which are met one step early."
                : "TimmMultiStep meets its milestones at their step; timm's MultiStepLRScheduler is one step early. "
                    + "Ask for parity to have that.",
        };
    }

    /// <summary>
    /// timm's <c>PlateauLRScheduler</c>. Metrics reported during the warm-up do not count; noise goes on top of the reduced value and is
    /// not kept in it.
    /// </summary>
    /// <param name="plateau">When a plateau is declared.</param>
    /// <param name="warmup">Length of the warm-up; none unless set.</param>
    /// <param name="options">Warm-up and noise.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static Schedule Plateau<TUnit>(PlateauOptions plateau, TUnit warmup = default, TimmOptions? options = null)
        where TUnit : struct, IScheduleUnit
    {
        ArgumentNullException.ThrowIfNull(plateau);
        plateau.Checked();
        var (common, rise) = (options ?? new TimmOptions(), Warmup(warmup));
        return Whole<TUnit>("TimmPlateau", rise, window => new TimmPlateauCurve(common, plateau, window.Point(rise)));
    }

    private static Schedule Cycle<TUnit>(
        string kind, TUnit length, TUnit warmup, TimmCycles? cycles, TimmOptions? options, bool risesToCurve, Func<double, double,
            double> shape)
        where TUnit : struct, IScheduleUnit
    {
        Schedule.CheckPositive<TUnit>(length, nameof(length));
        var (common, rise, turns) = (options ?? new TimmOptions(), Warmup(warmup), (cycles ?? new TimmCycles()).Checked());
        return Whole<TUnit>(kind, rise, window => new TimmCycleCurve(common, turns, window.Point(rise), window.Point(length.Time), shape)
        {
            RisesToCurve = risesToCurve,
        });
    }

    private static Schedule Whole<TUnit>(string kind, ScheduleTime warmup, Func<ScheduleWindow, ScheduleCurve> rule)
        where TUnit : struct, IScheduleUnit =>
        Schedule.Make<TUnit>(kind, default, null, rule) with { WarmsUp = warmup.Count > 0 };

    private static ScheduleTime Warmup<TUnit>(TUnit warmup) where TUnit : struct, IScheduleUnit => warmup.Time.Count >= 0
        ? warmup.Time
        : throw new ArgumentOutOfRangeException(nameof(warmup), warmup.Time.Count, "A warm-up is at least 0.");

    private static void CheckRate(double rate)
    {
        if (!(rate > 0)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "A factor is above 0.");
    }
}
