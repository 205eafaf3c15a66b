namespace LayerDecayGen;

/// <summary>How the values at two steps of a schedule belong together.</summary>
internal enum CurveKind
{
    /// <summary>Values are multiplied by a factor of the steps alone, so several such curves commute.</summary>
    Factor,

    /// <summary>Values follow from those before in another way.</summary>
    Following,

    /// <summary>The values before do not count.</summary>
    Outright,
}

/// <summary>
/// The arithmetic of one schedule: carries the values of all groups from one step of its window to any later one. Pure: the same steps,
/// bases and values give the same result, so evaluating ahead, driving an optimizer and resuming agree bit by bit, and a step costs the
/// same wherever it is. Works on all groups at once, so that what depends on the step alone (a cosine) is computed once.
/// </summary>
internal abstract class ScheduleCurve
{
    public abstract CurveKind Kind { get; }

    /// <summary>Whether the curve jumps by design, as a step decay does.</summary>
    public virtual bool Jumps => false;

    /// <summary>Whether what it computes is the user's, so that nothing is known of its course.</summary>
    public virtual bool IsForeign => false;

    /// <summary>Whether, as a part of a sequence, it begins at the base value rather than at the value it finds.</summary>
    public virtual bool StartsFromBase => true;

    /// <summary>The levels it uses, for the checks.</summary>
    public virtual IEnumerable<Level> Levels => [];

    /// <summary>Steps inside the window where its course turns or jumps, for the checks; of those that come again, the first.</summary>
    public virtual IEnumerable<double> Turns => [];

    /// <summary>Changes the values from those at one step to those at a later one.</summary>
    /// <param name="from">Counted from 0, the first step in the window; -1 for the values that the window finds.</param>
    /// <param name="to">A later step.</param>
    /// <param name="values">Bases, scales and values of all groups.</param>
    public abstract void Carry(long from, long to, in GroupValues values);
}

/// <summary>One hyper-parameter of all groups, side by side.</summary>
internal readonly ref struct GroupValues
{
    public required IReadOnlyList<ScheduledGroup> Groups { get; init; }

    public required ReadOnlySpan<double> Bases { get; init; }

    public required ReadOnlySpan<double> Scales { get; init; }

    public required Span<double> Values { get; init; }
}

/// <summary>A curve that multiplies the value now in the group by a factor of the step alone.</summary>
internal abstract class FactorCurve : ScheduleCurve
{
    public sealed override CurveKind Kind => CurveKind.Factor;

    public sealed override void Carry(long from, long to, in GroupValues values)
    {
        var factor = Factor(from, to);
        if (factor == 1) return;
        foreach (ref var value in values.Values) value *= factor;
    }

    protected abstract double Factor(long from, long to);
}

/// <summary>A curve that computes each group's value from its base value and the step.</summary>
internal abstract class OutrightCurve : ScheduleCurve
{
    public sealed override CurveKind Kind => CurveKind.Outright;

    public sealed override void Carry(long from, long to, in GroupValues values) => Set(to, values);

    protected abstract void Set(long step, in GroupValues values);
}

/// <summary>
/// Points that come again after a period. Each falls by itself on the first step at or after it, so that rounding does not add up: every
/// 2.5 updates is at 3, 5, 8 and 10.
/// </summary>
internal sealed class Recurrence(ScheduleWindow window, ScheduleTime period)
{
    public long Point(double periods) => window.StepAt(period with { Count = period.Count * periods });

    /// <summary>How many periods are over at a step.</summary>
    public long Passed(long step)
    {
        if (step < 0) return 0;
        var passed = (long)(step / window.Steps(period));
        while (passed > 0 && Point(passed) > step) passed--;
        while (Point(passed + 1) <= step) passed++;
        return passed;
    }
}
