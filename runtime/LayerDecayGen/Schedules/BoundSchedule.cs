namespace LayerDecayGen;

/// <summary>A schedule in its window over the groups of a run.</summary>
internal sealed class BoundSchedule
{
    private readonly Track _track;

    public BoundSchedule(Schedule schedule, string name, TrainingRun run, Track track)
    {
        (Schedule, Name, _track) = (schedule, name, track);
        Window = new ScheduleWindow(schedule, run);
        Rule = schedule.RuleIn(Window);
        foreach (var level in Rule.Levels)
        {
            if (level.GroupCount is { } count && count != track.Bases.Length)
                throw new ArgumentException($"{name} states {count} values, one a group; there are {track.Bases.Length} groups.");
        }
    }

    public Schedule Schedule { get; }

    /// <summary>The name, unique in its set.</summary>
    public string Name { get; }

    public ScheduleWindow Window { get; }

    public Rule Rule { get; }

    public long FirstUpdate => Window.UpdateOf(Window.FirstStep);

    /// <summary>The first update after its window.</summary>
    public long StopUpdate => Window.UpdateOf(Window.StopStep);

    public bool EveryEpoch => Schedule.Stepping == Stepping.EveryEpoch;

    public Hyperparameter Target => Schedule.Target;

    /// <summary>What it remembers beside the values, as numbers.</summary>
    public double[] Memory
    {
        get => Rule is MetricRule rule ? rule.Memory : [];
        set
        {
            if (Rule is MetricRule rule) rule.Memory = value;
        }
    }

    public void Step(long step)
    {
        if (!Window.Contains(step)) return;
        var fromBase = Schedule.PartBegin is not null && step == Window.FirstStep && Rule.StartsFromBase;
        _track.Apply(Rule, step - Window.FirstStep + Schedule.StepsTaken, fromBase);
    }

    public bool Listens(string monitor) => Rule is MetricRule rule && rule.Monitor == monitor;

    public void Report(double metric, long update)
    {
        if (Rule is MetricRule rule && Window.Contains(Window.StepOf(update))) _track.Report(rule, metric);
    }
}
