namespace LayerDecayGen;

/// <summary>
/// Half a cosine from the value now in the group to a minimum after <paramref name="period"/> steps, and up again after that
/// (mmengine <c>CosineAnnealingParamScheduler</c>, torch <c>CosineAnnealingLR</c>; Loshchilov and Hutter, SGDR, without restarts).
/// </summary>
internal sealed class CosineCurve(double period, Level minimum) : ScheduleCurve
{
    private readonly long _lowest = Lowest(period);

    public override CurveKind Kind => CurveKind.Following;

    public override IEnumerable<Level> Levels => [minimum];

    public override IEnumerable<double> Turns => [period, 2 * period];

    public override void Carry(long from, long to, in GroupValues values)
    {
        var start = Math.Max(from, 0);
        if (to == start) return;
        var (low, wave, before) = (LowBetween(start, to), Wave(to), Wave(start));
        for (var g = 0; g < values.Values.Length; g++)
        {
            ref var value = ref values.Values[g];
            var floor = minimum.Of(values, g);
            // At the minimum the quotient is 0 / 0: the way up is a share of the base value.
            if (low >= 0 || before == 0) value = (low == start ? value : floor) + (values.Bases[g] - floor) * wave / 2;
            else value = floor + (value - floor) * (wave / before);
        }
    }

    private double Wave(long step) => 1 + Math.Cos(Math.PI * step / period);

    // The last step before another that is exactly at a minimum; -1 where there is none since the start.
    private long LowBetween(long start, long to)
    {
        if (_lowest == 0) return -1;
        var count = (to - 1) / _lowest;
        if (count % 2 == 0) count--;
        return count > 0 && count * _lowest >= start ? count * _lowest : -1;
    }

    // The first step that is exactly at a minimum, an odd multiple of the period; 0 where steps pass all minima by.
    private static long Lowest(double period)
    {
        for (var odd = 1; odd < 1000; odd += 2)
            if (Whole.Snap(odd * period) is var at && at == Math.Floor(at) && at < long.MaxValue / 4) return (long)at;
        return 0;
    }
}

/// <summary>
/// Half cosines of given lengths, each from a share of the base value (mmengine <c>CosineRestartParamScheduler</c>; Loshchilov and Hutter,
/// SGDR). After the last period the value stays.
/// </summary>
internal sealed class CosineRestartsCurve(long[] ends, double[] weights, Level minimum) : ScheduleCurve
{
    public override CurveKind Kind => CurveKind.Following;

    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [minimum];

    public override IEnumerable<double> Turns => ends.Select(e => (double)e);

    public override void Carry(long from, long to, in GroupValues values)
    {
        var last = Math.Min(to, ends[^1] - 1);
        if (last <= from) return;
        var index = 0;
        while (last >= ends[index]) index++;
        var begin = index == 0 ? 0 : ends[index - 1];
        double Wave(long step) => 1 + Math.Cos(Math.PI * (step - begin) / (ends[index] - begin));
        var (wave, before) = (Wave(last), from < begin ? 2 : Wave(from));
        for (var g = 0; g < values.Values.Length; g++)
        {
            ref var value = ref values.Values[g];
            var floor = minimum.Of(values, g);
            if (from < begin) value = values.Bases[g] * weights[index];
            if (last > begin) value = floor + (value - floor) * (wave / before);
        }
    }
}

/// <summary>Half cosines that grow by a factor, each from the base value (torch <c>CosineAnnealingWarmRestarts</c>).</summary>
internal sealed class WarmRestartsCurve(Recurrence periods, double multiplier, Level minimum) : OutrightCurve
{
    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [minimum];

    public override IEnumerable<double> Turns => [periods.Point(1)];

    protected override void Set(long step, in GroupValues values)
    {
        var (begin, end) = Around(step);
        var wave = 1 + Math.Cos(Math.PI * (step - begin) / (end - begin));
        for (var g = 0; g < values.Values.Length; g++)
        {
            var floor = minimum.Of(values, g);
            values.Values[g] = floor + (values.Bases[g] - floor) * wave / 2;
        }
    }

    private (long Begin, long End) Around(long step)
    {
        if (multiplier == 1)
        {
            var passed = periods.Passed(step);
            return (periods.Point(passed), periods.Point(passed + 1));
        }

        // As many turns as there were restarts, the logarithm of the step.
        var (begin, count, length) = (0L, 1.0, 1.0);
        while (true)
        {
            var end = periods.Point(count);
            if (end > step) return (begin, end);
            length *= multiplier;
            (begin, count) = (end, count + length);
        }
    }
}
