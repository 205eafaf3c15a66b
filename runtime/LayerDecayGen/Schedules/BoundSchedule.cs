namespace LayerDecayGen;

/// <summary>A schedule in its window over the groups of a run.</summary>
internal sealed class BoundSchedule
{
    private readonly TrainingRun _run;

    public BoundSchedule(Schedule schedule, string name, TrainingRun run, int groups)
    {
        (Schedule, Name, _run) = (schedule, name, run);
        Window = new ScheduleWindow(schedule, run);
        Curve = schedule.CurveIn(Window);
        (FirstUpdate, StopUpdate) = (Window.UpdateOf(Window.FirstStep), Window.UpdateOf(Window.StopStep));
        foreach (var level in Curve.Levels)
        {
            if (level.GroupCount is { } count && count != groups)
                throw new ArgumentException($"{name} states {count} values, one for each group; there are {groups} groups.");
        }
    }

    public Schedule Schedule { get; }

    /// <summary>The name, unique in its set.</summary>
    public string Name { get; }

    public ScheduleWindow Window { get; }

    public ScheduleCurve Curve { get; }

    public long FirstUpdate { get; }

    /// <summary>The first update after its window.</summary>
    public long StopUpdate { get; }

    public bool EveryEpoch => Window.EveryEpoch;

    public Hyperparameter Target => Schedule.Target;

    /// <summary>Whether it takes steps at an update. One update may take the last epochs of a window and the first ones after it.</summary>
    public bool IsActive(long update) => FirstUpdate <= update && update < StopUpdate + (EveryEpoch ? 1 : 0);

    /// <summary>Whether it takes a step between an update and the one before.</summary>
    public bool Steps(long update) => IsActive(update) && (!EveryEpoch || Window.StepAt(update) != Window.StepAt(update - 1));

    /// <summary>The last update up to the given one at which it took a step.</summary>
    public long LastChange(long update) => EveryEpoch ? Window.UpdateOf(Window.StepAt(update) + Window.FirstStep) : update;

    /// <summary>Carries values from one update to a later one.</summary>
    public void Carry(long from, long to, in GroupValues values)
    {
        var (begin, end) = (Window.StepAt(from), Window.StepAt(to));
        if (begin == end) return;
        if (begin < 0 && Schedule.PartBegin is not null && Curve.StartsFromBase) values.Bases.CopyTo(values.Values);
        Curve.Carry(begin + Schedule.StepsTaken, end + Schedule.StepsTaken, values);
    }

    public bool Listens(string monitor) => Curve is MetricCurve curve && curve.Monitor == monitor;
}
