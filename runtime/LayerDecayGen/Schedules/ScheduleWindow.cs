namespace LayerDecayGen;

/// <summary>The window of a schedule in its own steps (updates or epochs), once the run is known.</summary>
internal sealed class ScheduleWindow
{
    private readonly Schedule _schedule;
    private readonly TrainingRun _run;

    public ScheduleWindow(Schedule schedule, TrainingRun run)
    {
        (_schedule, _run) = (schedule, run);
        if (run.BatchesPerEpoch is null && (EveryEpoch || schedule.From.InEpochs || schedule.To?.InEpochs == true))
            throw new ArgumentException(
                $"{schedule.Name} is stated or stepped in epochs, but the run has none: give its TrainingRun the batches of an epoch.");
        var shift = schedule.PartBegin is { } begin ? WholeSteps(begin) : 0;
        Begin = shift + WholeSteps(schedule.From);
        End = schedule.To is { } to ? shift + WholeSteps(to) : Math.Max(RunEnd, Begin + 1);
        FirstStep = (long)Math.Ceiling(Begin);
        var stop = schedule.PartEnd is { } end ? Math.Min(End, WholeSteps(end)) : End;
        StopStep = (long)Math.Ceiling(stop);
        if (StopStep <= FirstStep)
            throw new ArgumentException(FormattableString.Invariant(
                $"The window of {schedule.Name} holds no step: it begins at {Begin} and ends at {stop}."));
    }

    public double Begin { get; }

    public double End { get; }

    public double Length => End - Begin;

    /// <summary>The number of the window's last step, counted from its begin.</summary>
    public double LastStep => Length - 1;

    public long FirstStep { get; }

    /// <summary>The first step after the window.</summary>
    public long StopStep { get; }

    /// <summary>The first step after the run.</summary>
    public long RunEnd => EveryEpoch ? _run.EpochOf(_run.Length.Count - 1) + 1 : _run.Length.Count;

    private bool EveryEpoch => _schedule.Stepping == Stepping.EveryEpoch;

    public bool Contains(long step) => FirstStep <= step && step < StopStep;

    /// <summary>The schedule's own step at an update.</summary>
    public long StepOf(long update) => EveryEpoch ? _run.EpochOf(update) : update;

    /// <summary>The first update at which a step is taken or was.</summary>
    public long UpdateOf(long step) => EveryEpoch ? _run.FirstUpdateMadeIn(step) : step;

    /// <summary>A length in steps, as mmengine's <c>build_iter_from_epoch</c> converts lengths inside a window: without rounding.</summary>
    public double? Steps(ScheduleTime? time) => time is { } given ? Steps(given) : null;

    public double Steps(ScheduleTime time) => (time.InEpochs, EveryEpoch) switch
    {
        _ when time.Count == 0 => 0,
        (true, false) => time.Count * _run.BatchesPerEpoch!.Value / _run.Accumulation,
        (false, true) => throw new ArgumentException($"{_schedule.Name} steps every epoch, so its lengths are in epochs; found {time}."),
        _ => time.Count,
    };

    /// <summary>A length in steps as it converts ends of windows: the first update at or after it.</summary>
    public double WholeSteps(ScheduleTime time) => time.InEpochs && !EveryEpoch ? _run.UpdateAtEpochs(time.Count) : Steps(time);

    /// <summary>Where a step of the window lies, in the unit in which the schedule was stated.</summary>
    public double Position(long step) => _schedule.From.InEpochs && !EveryEpoch ? _run.EpochsBefore(step) : step;

    /// <summary>The steps of a cycle: those asked for, which must suffice for the run, or the window's.</summary>
    public double CycleLength(ScheduleTime? asked)
    {
        var length = Steps(asked) ?? Length;
        var last = Math.Min(StopStep, RunEnd) - FirstStep - 1 + _schedule.StepsTaken;
        return last <= length
            ? length
            : throw new ArgumentException(FormattableString.Invariant(
                $"{_schedule.Name} has a cycle of {length} steps; its window goes up to step {last}."), nameof(length));
    }
}
