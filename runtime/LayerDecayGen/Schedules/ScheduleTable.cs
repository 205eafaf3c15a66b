namespace LayerDecayGen;

/// <summary>What schedules will give at every update and in every group, evaluated without an optimizer and without LibTorch.</summary>
public sealed class ScheduleTable
{
    private readonly double[]?[] _values = new double[]?[3];

    private ScheduleTable(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, Schedule[] schedules) =>
        (Run, Groups, Schedules) = (run, groups, schedules);

    /// <summary>The run.</summary>
    public TrainingRun Run { get; }

    /// <summary>The groups, in the order of columns.</summary>
    public IReadOnlyList<ScheduledGroup> Groups { get; }

    /// <summary>The schedules.</summary>
    public IReadOnlyList<Schedule> Schedules { get; }

    /// <summary>Evaluates schedules over a whole run.</summary>
    /// <param name="groups">The groups; <see cref="ScheduledGroup.From(IEnumerable{ParameterGroup}, double, double)"/> makes them from a
    /// model's.</param>
    /// <param name="run">How long the training runs.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the groups.</exception>
    public static ScheduleTable Evaluate(IReadOnlyList<ScheduledGroup> groups, TrainingRun run, params Schedule[] schedules) =>
        Evaluate(groups, run, [], schedules);

    /// <summary>Evaluates schedules over a whole run in which metrics are reported.</summary>
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
        var table = new ScheduleTable(run, groups, schedules);
        var program = new ScheduleProgram(run, groups, schedules);
        foreach (var target in Enum.GetValues<Hyperparameter>())
        {
            if (program[target] is not null)
                table._values[(int)target] = GC.AllocateUninitializedArray<double>(checked((int)(run.Length.Count * groups.Count)));
        }

        var metrics = reports.ToLookup(r => r.Update);
        while (true)
        {
            foreach (var report in metrics[program.Update]) program.Report(report.Monitor, report.Metric);
            table.Record(program);
            if (program.Update == run.Length.Count - 1) return table;
            program.Advance();
        }
    }

    /// <summary>Whether any schedule drives a hyper-parameter.</summary>
    /// <param name="target">Which.</param>
    public bool Drives(Hyperparameter target) => _values[(int)target] is not null;

    /// <summary>The values of all groups at an update.</summary>
    /// <param name="target">Which hyper-parameter; one that a schedule drives.</param>
    /// <param name="update">The update, from 0 up to the run's length.</param>
    /// <exception cref="ArgumentException">No schedule drives it, or the run is shorter.</exception>
    public ReadOnlySpan<double> Row(Hyperparameter target, long update)
    {
        var values = _values[(int)target] ?? throw new ArgumentException($"No schedule drives {target}.", nameof(target));
        ArgumentOutOfRangeException.ThrowIfNegative(update);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(update, Run.Length.Count);
        return values.AsSpan((int)update * Groups.Count, Groups.Count);
    }

    /// <summary>Checks the schedules as a <see cref="ScheduleSet"/> does when it is made.</summary>
    /// <param name="checks">What to check; all unless set.</param>
    /// <returns>What a person should know: defects of references that were corrected or kept, levels that drop lr scales.</returns>
    /// <exception cref="ArgumentException">A check fails: one message with the update, the group and both values.</exception>
    public IReadOnlyList<string> Check(ScheduleChecks? checks = null) =>
        (checks ?? ScheduleChecks.All).Run(new ScheduleProgram(Run, Groups, Schedules));

    private void Record(ScheduleProgram program)
    {
        for (var t = 0; t < _values.Length; t++)
        {
            if (_values[t] is not { } values) continue;
            program[(Hyperparameter)t]!.Values.CopyTo(values.AsSpan((int)program.Update * Groups.Count));
        }
    }
}
