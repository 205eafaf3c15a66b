namespace LayerDecayGen;

/// <summary>
/// A schedule of one's own: a pure function of update and group. Nothing else is asked of it: evaluating ahead, checks, plots, saving and
/// resuming follow from its being pure.
/// </summary>
/// <example>
/// <code>
/// sealed class Exponential(double gamma) : IScheduleFunction
/// {
///     public double Factor(long update, ScheduledGroup group) => Math.Pow(gamma, update);
/// }
/// </code>
/// </example>
public interface IScheduleFunction
{
    /// <summary>The factor on the group's base value.</summary>
    /// <param name="update">The step in the schedule's window, from 0: updates, or epochs where it steps every epoch.</param>
    /// <param name="group">The group.</param>
    double Factor(long update, ScheduledGroup group);
}
