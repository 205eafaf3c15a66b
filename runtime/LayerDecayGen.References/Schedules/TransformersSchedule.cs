namespace LayerDecayGen.References;

/// <summary>
/// The schedules of transformers: huggingface/transformers, <c>optimization.py</c>. Each sets the value outright from the base value, and
/// reaches the base at update N of a warm-up of N. Minima are a share of each group's base value, as there; <c>min_lr</c> and
/// <c>lr_end</c> are that share times the optimizer's own rate.
/// </summary>
public static class TransformersSchedule
{
    /// <summary><c>get_constant_schedule_with_warmup</c>: a line from 0, then the base value.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <exception cref="ArgumentOutOfRangeException">The warm-up is negative.</exception>
    public static Schedule Constant<TUnit>(TUnit warmup) where TUnit : struct, IScheduleUnit =>
        DecayCurve.Schedule("TransformersConstant", warmup, [], (rise, _) => step => step < rise ? step / rise : 1);

    /// <summary><c>get_linear_schedule_with_warmup</c>: a line from 0 to the base value, and one down to 0.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="length">Length of the whole (<c>num_training_steps</c>); 0 from there on.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is negative.</exception>
    public static Schedule Linear<TUnit>(TUnit warmup, TUnit length) where TUnit : struct, IScheduleUnit =>
        DecayCurve.Schedule("TransformersLinear", warmup, [length], (rise, lengths) => step =>
            step < rise ? step / rise : Math.Max(0, (lengths[0] - step) / Math.Max(1, lengths[0] - rise)));

    /// <summary>
    /// <c>get_cosine_schedule_with_warmup</c> and <c>get_cosine_with_min_lr_schedule_with_warmup</c>: a line from 0, then cosine waves.
    /// </summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="length">Length of the whole (<c>num_training_steps</c>).</param>
    /// <param name="minimumRatio">The share of the base value at the bottom (<c>min_lr_rate</c>).</param>
    /// <param name="cycles">How many waves (<c>num_cycles</c>); half a wave goes down once.</param>
    /// <param name="parity">Whether, as there, the wave goes on past the end. Otherwise the value stays.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or number is negative.</exception>
    public static Schedule Cosine<TUnit>(TUnit warmup, TUnit length, double minimumRatio = 0, double cycles = 0.5, bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        var wave = Wave(minimumRatio, cycles, parity);
        return DecayCurve.Schedule("TransformersCosine", warmup, [length], (rise, lengths) => step =>
            step < rise ? step / rise : wave((step - rise) / Math.Max(1, lengths[0] - rise)));
    }

    /// <summary>
    /// <c>get_cosine_with_min_lr_schedule_with_warmup_lr_rate</c>: the warm-up starts above 0 and reaches the base value at its last step,
    /// and the wave is one step ahead.
    /// </summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="length">Length of the whole (<c>num_training_steps</c>).</param>
    /// <param name="minimumRatio">The share of the base value at the bottom (<c>min_lr_rate</c>).</param>
    /// <param name="startFactor">The share at the first step (<c>warmup_lr_rate</c>); null is one step of the line from 0.</param>
    /// <param name="cycles">How many waves (<c>num_cycles</c>); half a wave goes down once.</param>
    /// <param name="parity">Whether, as there, the wave goes on past the end. Otherwise the value stays.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or number is negative.</exception>
    public static Schedule CosineFromRate<TUnit>(
        TUnit warmup, TUnit length, double minimumRatio = 0, double? startFactor = null, double cycles = 0.5, bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        if (startFactor is { } start) Require.NotNegative(start, nameof(startFactor));
        var wave = Wave(minimumRatio, cycles, parity);
        return DecayCurve.Schedule("TransformersCosineFromRate", warmup, [length], (rise, lengths) => step =>
            step >= rise ? wave((step - rise + 1) / Math.Max(1, lengths[0] - rise))
            : startFactor is { } from ? from + (1 - from) * step / Math.Max(1, rise - 1)
            : (step + 1) / rise);
    }

    /// <summary><c>get_cosine_with_hard_restarts_schedule_with_warmup</c>: a line from 0, then half waves, each from the base value.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="length">Length of the whole (<c>num_training_steps</c>); 0 from there on.</param>
    /// <param name="cycles">How many half waves (<c>num_cycles</c>).</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or number is negative.</exception>
    public static Schedule CosineRestarts<TUnit>(TUnit warmup, TUnit length, double cycles = 1) where TUnit : struct, IScheduleUnit
    {
        Require.NotNegative(cycles);
        return DecayCurve.Schedule("TransformersCosineRestarts", warmup, [length], (rise, lengths) => step =>
        {
            if (step < rise) return step / rise;
            var progress = (step - rise) / Math.Max(1, lengths[0] - rise);
            return progress >= 1 ? 0 : DecayCurve.At(DecayShape.Cosine, cycles * progress % 1);
        }, jumps: true);
    }

    /// <summary><c>get_polynomial_decay_schedule_with_warmup</c>: a line from 0, then down by a power of the share that is left.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="length">Length of the whole (<c>num_training_steps</c>), longer than the warm-up.</param>
    /// <param name="endRatio">The share of the base value at the end, in [0, 1) (<c>lr_end</c> over the optimizer's rate).</param>
    /// <param name="power">The power, above 0.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the whole is not longer than the warm-up.</exception>
    public static Schedule Polynomial<TUnit>(TUnit warmup, TUnit length, double endRatio, double power = 1) where TUnit : struct, IScheduleUnit
    {
        Require.Momentum(endRatio);
        Require.Positive(power);
        if (!(length.Time.Count > warmup.Time.Count))
            throw new ArgumentException($"A run of {length.Time} is not longer than its warm-up of {warmup.Time}.", nameof(length));
        return DecayCurve.Schedule("TransformersPolynomial", warmup, [length], (rise, lengths) => step =>
            step < rise ? step / rise
            : step > lengths[0] ? endRatio
            : (1 - endRatio) * Math.Pow(1 - (step - rise) / (lengths[0] - rise), power) + endRatio);
    }

    /// <summary><c>get_inverse_sqrt_schedule</c>: a line from 0, then one over the square root of the steps since.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="timescale">How slowly it falls, in steps, above 0; null is the warm-up, or 10,000 without one.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is out of range.</exception>
    public static Schedule InverseSquareRoot<TUnit>(TUnit warmup, double? timescale = null) where TUnit : struct, IScheduleUnit
    {
        if (timescale is { } given) Require.Positive(given, nameof(timescale));
        return DecayCurve.Schedule("TransformersInverseSquareRoot", warmup, [], (rise, _) =>
        {
            var scale = timescale ?? (rise > 0 ? rise : 10_000);
            return step => step < rise ? step / rise : 1 / Math.Sqrt((step + (scale - rise)) / scale);
        });
    }

    /// <summary><c>get_wsd_schedule</c>: warm-up, stable, decay.</summary>
    /// <param name="warmup">Length of the warm-up (<c>num_warmup_steps</c>).</param>
    /// <param name="stable">How long the base value stays (<c>num_stable_steps</c>).</param>
    /// <param name="decay">Length of the decay (<c>num_decay_steps</c>); then the minimum.</param>
    /// <param name="warmupShape">How it rises: the decay of that shape backward (<c>warmup_type</c>).</param>
    /// <param name="decayShape">How it falls (<c>decay_type</c>).</param>
    /// <param name="minimumRatio">The share of the base value at both ends (<c>min_lr_ratio</c>).</param>
    /// <param name="cycles">Waves of a cosine decay (<c>num_cycles</c>); other than one half ends above the minimum and jumps to it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length, number or shape is out of range.</exception>
    public static Schedule WarmupStableDecay<TUnit>(
        TUnit warmup, TUnit stable, TUnit decay, DecayShape warmupShape = DecayShape.Linear, DecayShape decayShape = DecayShape.Cosine,
        double minimumRatio = 0, double cycles = 0.5)
        where TUnit : struct, IScheduleUnit
    {
        DecayCurve.Checked(warmupShape, nameof(warmupShape));
        DecayCurve.Checked(decayShape, nameof(decayShape));
        Require.NotNegative(minimumRatio);
        Require.NotNegative(cycles);
        return DecayCurve.Schedule("TransformersWarmupStableDecay", warmup, [stable, decay], (rise, lengths) => step =>
        {
            if (step < rise) return DecayCurve.Above(minimumRatio, DecayCurve.At(warmupShape, 1 - step / rise));
            if (step < rise + lengths[0]) return 1;
            if (step >= rise + lengths[0] + lengths[1]) return minimumRatio;
            var progress = (step - rise - lengths[0]) / lengths[1];
            return DecayCurve.Above(minimumRatio, DecayCurve.At(decayShape, decayShape == DecayShape.Cosine ? 2 * cycles * progress : progress));
        }, jumps: cycles != 0.5);
    }

    private static Func<double, double> Wave(double minimumRatio, double cycles, bool parity)
    {
        Require.NotNegative(minimumRatio);
        Require.NotNegative(cycles);
        return progress => Math.Max(0, DecayCurve.Above(
            minimumRatio, DecayCurve.At(DecayShape.Cosine, cycles * 2 * (parity ? progress : Math.Min(1, progress)))));
    }
}
