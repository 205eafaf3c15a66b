namespace LayerDecayGen;

/// <summary>
/// Schedules over the groups of one run: the values of every hyper-parameter at an update, and the step to the next. Arithmetic on plain
/// numbers, so the same object looks ahead without an optimizer and drives one.
/// </summary>
internal sealed class ScheduleProgram
{
    private static readonly Hyperparameter[] Targets = Enum.GetValues<Hyperparameter>();

    private readonly Track?[] _tracks = new Track?[Targets.Length];
    private readonly BoundSchedule[] _schedules;
    private readonly List<MetricReport> _reports = [];

    public ScheduleProgram(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, IReadOnlyList<Schedule> schedules)
    {
        (Run, Groups, Sources) = (run, groups, schedules);
        foreach (var target in schedules.Select(s => s.Target).Distinct()) _tracks[(int)target] = new Track(target, groups);
        var names = new HashSet<string>(StringComparer.Ordinal);
        _schedules = [.. schedules.Select(s => new BoundSchedule(s, Unique(s.Name, names), run, _tracks[(int)s.Target]!))];
        foreach (var schedule in _schedules) schedule.Step(0);
        // An update of more batches than an epoch has begins in the first epoch and is made in a later one.
        if (run.BatchesPerEpoch is not null) StepEpochs(0, run.EpochOf(0));
    }

    public TrainingRun Run { get; }

    public IReadOnlyList<ScheduledGroup> Groups { get; }

    public IReadOnlyList<Schedule> Sources { get; }

    public IReadOnlyList<BoundSchedule> Schedules => _schedules;

    public IReadOnlyList<MetricReport> Reports => _reports;

    /// <summary>The update whose values these are, from 0.</summary>
    public long Update { get; private set; }

    public Track? this[Hyperparameter target] => _tracks[(int)target];

    /// <summary>
    /// Goes to the next update: first what steps every update, then, where an epoch ended, what steps every epoch (mmengine
    /// <c>ParamSchedulerHook</c>).
    /// </summary>
    public void Advance()
    {
        foreach (var track in _tracks)
            if (track is not null) track.Changed = false;
        Update++;
        foreach (var schedule in _schedules)
            if (!schedule.EveryEpoch) schedule.Step(Update);
        if (Run.BatchesPerEpoch is not null) StepEpochs(Run.EpochOf(Update - 1), Run.EpochOf(Update));
    }

    public void Report(string monitor, double metric)
    {
        _reports.Add(new MetricReport(Update, monitor, metric));
        foreach (var schedule in _schedules)
            if (schedule.Listens(monitor)) schedule.Report(metric, Update);
    }

    /// <summary>The same schedules over other groups, brought to the present update by going all the way again with the metrics reported so
    /// far.</summary>
    public ScheduleProgram Over(IReadOnlyList<ScheduledGroup> groups, long update) => Over(Run, groups, update);

    /// <summary>The same schedules over a longer run, at the present update.</summary>
    public ScheduleProgram OverRun(TrainingRun run) => Over(run, Groups, Update);

    private ScheduleProgram Over(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, long update)
    {
        var program = new ScheduleProgram(run, groups, Sources);
        var next = 0;
        while (true)
        {
            for (; next < _reports.Count && _reports[next].Update <= program.Update; next++)
                program.Report(_reports[next].Monitor, _reports[next].Metric);
            if (program.Update == update) return program;
            program.Advance();
        }
    }

    /// <summary>Takes over where another run was.</summary>
    public void Restore(long update, IEnumerable<MetricReport> reports)
    {
        Update = update;
        _reports.Clear();
        _reports.AddRange(reports);
    }

    private void StepEpochs(long before, long now)
    {
        for (var epoch = before + 1; epoch <= now; epoch++)
        {
            foreach (var schedule in _schedules)
                if (schedule.EveryEpoch) schedule.Step(epoch);
        }
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var n = 2; !taken.Add(unique); n++) unique = FormattableString.Invariant($"{name} {n}");
        return unique;
    }
}

/// <summary>A metric as it was reported.</summary>
/// <param name="Update">The update at which it was.</param>
/// <param name="Monitor">Its name.</param>
/// <param name="Metric">Its value.</param>
public sealed record MetricReport(long Update, string Monitor, double Metric);
