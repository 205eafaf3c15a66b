namespace LayerDecayGen;

/// <summary>
/// What schedules will give at any update and in every group, evaluated without an optimizer and without LibTorch. A look costs the same at
/// every update of a run of any length. Not for several threads.
/// </summary>
public sealed class ScheduleTable
{
    private readonly Schedule[] _schedules;
    private readonly MetricReport[] _reports;
    private ScheduleProgram _program;

    private ScheduleTable(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, MetricReport[] reports, Schedule[] schedules)
    {
        (_reports, _schedules) = (reports, schedules);
        _program = new ScheduleProgram(run, groups, schedules);
    }

    /// <summary>The run.</summary>
    public TrainingRun Run => _program.Run;

    /// <summary>The groups, in the order of columns.</summary>
    public IReadOnlyList<ScheduledGroup> Groups => _program.Groups;

    /// <summary>The schedules.</summary>
    public IReadOnlyList<Schedule> Schedules => _schedules;

    /// <summary>Makes a table of schedules over a whole run.</summary>
    /// <param name="groups">The groups; <see cref="ScheduledGroup.From(IEnumerable{ParameterGroup}, double, double)"/> makes them from a
    /// model's.</param>
    /// <param name="run">How long the training runs.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the groups.</exception>
    public static ScheduleTable Evaluate(IReadOnlyList<ScheduledGroup> groups, TrainingRun run, params Schedule[] schedules) =>
        Evaluate(groups, run, [], schedules);

    /// <summary>Makes a table of schedules over a whole run in which metrics are reported.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="run">How long the training runs.</param>
    /// <param name="reports">The metrics, by update: each counts for the values of its own update on.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the groups.</exception>
    public static ScheduleTable Evaluate(
        IReadOnlyList<ScheduledGroup> groups, TrainingRun run, IReadOnlyList<MetricReport> reports, params Schedule[] schedules)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(reports);
        ArgumentNullException.ThrowIfNull(schedules);
        return new ScheduleTable(run, groups, [.. reports.OrderBy(r => r.Update)], schedules);
    }

    /// <summary>Whether any schedule drives a hyper-parameter.</summary>
    /// <param name="target">Which.</param>
    public bool Drives(Hyperparameter target) => _program[target] is not null;

    /// <summary>The values of all groups at an update.</summary>
    /// <param name="target">Which hyper-parameter; one that a schedule drives.</param>
    /// <param name="update">The update, from 0; less than the run's length.</param>
    /// <exception cref="ArgumentException">No schedule drives it, or the run is shorter.</exception>
    public ReadOnlySpan<double> Row(Hyperparameter target, long update)
    {
        if (!Drives(target)) throw new ArgumentException($"No schedule drives {target}.", nameof(target));
        ArgumentOutOfRangeException.ThrowIfNegative(update);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(update, Run.Length.Count);
        if (update < _program.Update) _program = new ScheduleProgram(Run, Groups, _schedules);
        _program.GoTo(update, _reports);
        return _program[target]!.Values.ToArray();
    }

    /// <summary>Checks the schedules as a <see cref="ScheduleSet"/> does when it is made.</summary>
    /// <param name="checks">What to check; all unless set.</param>
    /// <returns>What a person should know: defects of references that were corrected or kept, levels that drop lr scales.</returns>
    /// <exception cref="ArgumentException">A check fails: one message with the update, the group and both values.</exception>
    public IReadOnlyList<string> Check(ScheduleChecks? checks = null) =>
        (checks ?? ScheduleChecks.All).Run(new ScheduleProgram(Run, Groups, Schedules));
}
