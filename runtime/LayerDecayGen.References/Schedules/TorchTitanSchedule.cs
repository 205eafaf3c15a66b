namespace LayerDecayGen.References;

/// <summary>
/// torchtitan's schedule: pytorch/torchtitan, <c>torchtitan/components/optimizer/lr_scheduler.py</c>, <c>linear_warmup_stable_decay</c>.
/// </summary>
public static class TorchTitanSchedule
{
    /// <summary>
    /// A line that starts at 1 / warm-up and reaches the base value at the warm-up's last step, the base value, and a decay over the last
    /// share of the run. Its minimum is one step after the run.
    /// </summary>
    /// <param name="length">Length of the run (<c>total_steps</c>).</param>
    /// <param name="warmup">Length of the warm-up (<c>warmup_steps</c>); one longer than the run is cut to it.</param>
    /// <param name="decayRatio">The decay's share of the run, in [0, 1], rounded half to even (<c>decay_ratio</c>); null decays from the
    /// warm-up on.</param>
    /// <param name="shape">How it falls (<c>decay_type</c>).</param>
    /// <param name="minimumRatio">The share of the base value that the decay falls to (<c>min_lr_factor</c>).</param>
    /// <param name="parity">Whether, as there, lines go on below the minimum past the run. Otherwise the value stays.</param>
    /// <exception cref="ArgumentException">A length, number or shape is out of range.</exception>
    public static Schedule WarmupStableDecay<TUnit>(
        TUnit length, TUnit warmup, double? decayRatio = null, DecayShape shape = DecayShape.Linear, double minimumRatio = 0,
        bool parity = false)
        where TUnit : struct, IScheduleUnit
    {
        DecayCurve.Checked(shape, nameof(shape));
        Require.Positive(length.Time.Count, nameof(length));
        Require.NotNegative(minimumRatio);
        if (decayRatio is { } ratio) Require.Share(ratio, nameof(decayRatio));
        return DecayCurve.Schedule("TorchTitanWarmupStableDecay", warmup, [length], (asked, lengths) =>
        {
            var rise = Math.Min(asked, lengths[0]);
            var decay = Math.Min(lengths[0] - rise, decayRatio is { } share ? Math.Round(lengths[0] * share) : lengths[0]);
            // One step more than is left: progress is counted from 1, and the run ends before it is 1.
            var fallFrom = lengths[0] + 1 - decay;
            return step => step < rise ? (step + 1) / rise
                : step < fallFrom ? 1
                : DecayCurve.Above(minimumRatio, DecayCurve.At(shape, Progress((step + 1 - fallFrom) / decay)));
        });

        double Progress(double progress) => parity ? progress : Math.Min(1, progress);
    }
}
