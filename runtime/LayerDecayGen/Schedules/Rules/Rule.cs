namespace LayerDecayGen;

/// <summary>
/// The arithmetic of one schedule: takes the values of all groups from one step of its window to the next. Pure: the same step, bases and
/// values give the same result, so evaluating ahead, driving an optimizer and resuming agree bit by bit. Works on all groups at once, so
/// that what depends on the step alone (a cosine) is computed once.
/// </summary>
internal abstract class Rule
{
    /// <summary>Whether the rule jumps by design, as a step decay does.</summary>
    public virtual bool Jumps => false;

    /// <summary>Whether what it computes is the user's, so that nothing is known of its course.</summary>
    public virtual bool IsForeign => false;

    /// <summary>Whether, as a part of a sequence, it begins at the base value rather than at the value it finds.</summary>
    public virtual bool StartsFromBase => true;

    /// <summary>The levels it uses, for the checks.</summary>
    public virtual IEnumerable<Level> Levels => [];

    /// <summary>Changes the values.</summary>
    /// <param name="step">Counted from 0, the first step in the window.</param>
    /// <param name="lanes">Bases, scales and values of all groups.</param>
    public abstract void Apply(long step, in Lanes lanes);
}

/// <summary>One hyper-parameter of all groups, side by side.</summary>
internal readonly ref struct Lanes
{
    public required IReadOnlyList<ScheduledGroup> Groups { get; init; }

    public required ReadOnlySpan<double> Bases { get; init; }

    public required ReadOnlySpan<double> Scales { get; init; }

    public required Span<double> Values { get; init; }

    public void Multiply(double factor)
    {
        if (factor == 1) return;
        foreach (ref var value in Values) value *= factor;
    }
}

/// <summary>A rule that multiplies the value now in the group by a factor of the step alone.</summary>
internal abstract class FactorRule : Rule
{
    public sealed override void Apply(long step, in Lanes lanes) => lanes.Multiply(Factor(step));

    protected abstract double Factor(long step);
}
