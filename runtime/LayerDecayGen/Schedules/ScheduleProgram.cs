namespace LayerDecayGen;

/// <summary>
/// Schedules over the groups of one run: the values of every hyper-parameter at any update. Arithmetic on plain numbers, so the same object
/// looks ahead without an optimizer and drives one.
/// </summary>
internal sealed class ScheduleProgram
{
    private static readonly Hyperparameter[] Targets = Enum.GetValues<Hyperparameter>();

    private readonly HyperparameterValues?[] _values = new HyperparameterValues?[Targets.Length];
    private readonly List<MetricReport> _reports = [];

    public ScheduleProgram(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, IReadOnlyList<Schedule> schedules, long stride = 1)
    {
        (Run, Groups, Sources) = (run, groups, schedules);
        var names = new HashSet<string>(StringComparer.Ordinal);
        Schedules = [.. schedules.Where(s => !s.IsNone).Select(s => new BoundSchedule(s, Unique(s.Name, names), run, groups.Count))];
        foreach (var target in Schedules.GroupBy(s => s.Target))
            _values[(int)target.Key] = new HyperparameterValues(target.Key, groups, target, stride);
    }

    public TrainingRun Run { get; }

    public IReadOnlyList<ScheduledGroup> Groups { get; }

    public IReadOnlyList<Schedule> Sources { get; }

    public IReadOnlyList<BoundSchedule> Schedules { get; }

    public IReadOnlyList<MetricReport> Reports => _reports;

    /// <summary>The update whose values these are, from 0.</summary>
    public long Update { get; private set; }

    public HyperparameterValues? this[Hyperparameter target] => _values[(int)target];

    /// <summary>Goes to a later update.</summary>
    public void GoTo(long update)
    {
        Update = update;
        foreach (var values in _values) values?.GoTo(update);
    }

    public void Report(string monitor, double metric)
    {
        _reports.Add(new MetricReport(Update, monitor, metric));
        foreach (var values in _values) values?.Report(monitor, metric, Update);
    }

    /// <summary>
    /// The same schedules from the start on, at an update, with the metrics reported up to there. Costs what changes on the way, not the
    /// length of it.
    /// </summary>
    public ScheduleProgram At(
        long update, TrainingRun? run = null, IReadOnlyList<ScheduledGroup>? groups = null, IReadOnlyList<MetricReport>? reports = null)
    {
        var program = new ScheduleProgram(run ?? Run, groups ?? Groups, Sources);
        program.GoTo(update, reports ?? _reports);
        return program;
    }

    /// <summary>Goes to a later update and takes metrics on the way, of a list whose first ones it has taken already.</summary>
    public void GoTo(long update, IReadOnlyList<MetricReport> reports)
    {
        while (_reports.Count < reports.Count && reports[_reports.Count] is var report && report.Update <= update)
        {
            if (report.Update > Update) GoTo(report.Update);
            Report(report.Monitor, report.Metric);
        }

        if (update > Update) GoTo(update);
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
