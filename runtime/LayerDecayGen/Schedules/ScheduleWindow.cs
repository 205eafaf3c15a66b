namespace LayerDecayGen;

/// <summary>The window of a schedule in its own steps (updates or epochs), once the run is known.</summary>
internal sealed class ScheduleWindow
{
    // Steps stay well below the largest long, so that sums of them do.
    private const double MaxStep = 1L << 60;

    private readonly Schedule _schedule;
    private readonly TrainingRun _run;

    // Where the window begins before rounding, in the unit in which its points are stated.
    private readonly double _begin;

    public ScheduleWindow(Schedule schedule, TrainingRun run)
    {
        (_schedule, _run) = (schedule, run);
        ScheduleTime?[] times = [schedule.From, schedule.To, schedule.PartBegin, schedule.PartEnd];
        if (run.BatchesPerEpoch is null && (EveryEpoch || times.Any(t => t is { InEpochs: true })))
            throw new ArgumentException(
                $"{schedule.Name} is stated or stepped in epochs, but the run has none: give its TrainingRun the batches of an epoch.");
        var part = schedule.PartBegin is { } given ? InUnit(given) : 0;
        _begin = part + InUnit(schedule.From);
        FirstStep = StepOf(_begin);
        var end = schedule.To is { } to ? StepOf(part + InUnit(to)) : Math.Max(RunEnd, FirstStep + 1);
        Length = end - FirstStep;
        StopStep = schedule.PartEnd is { } partEnd ? Math.Min(end, StepOf(InUnit(partEnd))) : end;
        if (StopStep <= FirstStep)
            throw new ArgumentException(
                $"The window of {schedule.Name} holds no step: it begins and ends at {(EveryEpoch ? "epoch" : "update")} {FirstStep}.");
    }

    public bool EveryEpoch => _schedule.Stepping == Stepping.EveryEpoch;

    /// <summary>Its steps, those after the end of a sequence's part included.</summary>
    public long Length { get; }

    /// <summary>The number of the window's last step, counted from its begin.</summary>
    public long LastStep => Length - 1;

    public long FirstStep { get; }

    /// <summary>The first step after the window.</summary>
    public long StopStep { get; }

    /// <summary>The first step after the run.</summary>
    public long RunEnd => EveryEpoch ? _run.EpochOf(_run.Length.Count - 1) + 1 : _run.Length.Count;

    /// <summary>Whether its lengths are in epochs and its steps updates.</summary>
    public bool Converts => _schedule.From.InEpochs && !EveryEpoch;

    /// <summary>The first update at which a step is taken or was.</summary>
    public long UpdateOf(long step) => EveryEpoch ? _run.FirstUpdateMadeIn(step) : step;

    /// <summary>The step that is the last one taken at an update, counted from the window's begin; -1 before it.</summary>
    public long StepAt(long update) => update < 0 ? -1
        : Math.Clamp(EveryEpoch ? _run.EpochOf(update) : update, FirstStep - 1, StopStep - 1) - FirstStep;

    /// <summary>The first step at or after a point, both counted from the window's begin.</summary>
    public long StepAt(ScheduleTime point) => StepOf(_begin + InUnit(point)) - FirstStep;

    /// <summary>The same, but for schedules that step every epoch, which may be within one.</summary>
    public double Point(ScheduleTime point) => Converts ? StepAt(point) : Checked(point).Count;

    /// <summary>A length in steps, without rounding but for rounding errors: what continuous curves are stretched over.</summary>
    public double Steps(ScheduleTime length)
    {
        if (!length.InEpochs || EveryEpoch) return Checked(length).Count;
        var batches = _run.BatchesPerEpoch!.Value;
        return Whole.Snap(length.Count * (_run.Windows == AccumulationWindows.PerEpoch
            ? (batches + _run.Accumulation - 1) / _run.Accumulation
            : (double)batches / _run.Accumulation));
    }

    /// <summary>Where a step of the window lies, in the unit in which the schedule was stated.</summary>
    public double Position(long step) => Converts ? _run.EpochsBefore(step) : step;

    /// <summary>The steps of a cycle: those asked for, which must suffice for the run, or the window's.</summary>
    public long CycleLength(ScheduleTime? asked)
    {
        var length = asked is { } given ? StepAt(given) : Length;
        var last = Math.Min(StopStep, RunEnd) - FirstStep - 1 + _schedule.StepsTaken;
        return last <= length
            ? length
            : throw new ArgumentException(
                $"{_schedule.Name} has a cycle of {length} steps; its window goes up to step {last}.", nameof(length));
    }

    private long StepOf(double point) => (long)Math.Min(MaxStep, Converts ? _run.UpdateAtEpochs(point) : Whole.Up(point));

    // A schedule states all its points in one unit; where a sequence begins its parts may be in the other.
    private double InUnit(ScheduleTime point)
    {
        if (Checked(point).InEpochs == _schedule.From.InEpochs || EveryEpoch) return point.Count;
        return point.InEpochs ? _run.UpdateAtEpochs(point.Count) : _run.EpochsBefore((long)point.Count);
    }

    private ScheduleTime Checked(ScheduleTime time) => time.InEpochs || !EveryEpoch || time.Count == 0
        ? time
        : throw new ArgumentException($"{_schedule.Name} steps every epoch, so its lengths are in epochs; found {time}.");
}
