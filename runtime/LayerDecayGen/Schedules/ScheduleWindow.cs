namespace LayerDecayGen.Schedules;

/// <summary>The window of a schedule in its own steps (updates or epochs), once the run is known.</summary>
internal sealed class ScheduleWindow
{
    private readonly Schedule _schedule;
    private readonly TrainingRun _run;

    public ScheduleWindow(Schedule schedule, TrainingRun run)
    {
        (_schedule, _run) = (schedule, run);
        Begin = Whole(schedule.From);
        End = schedule.To is { } to ? Whole(to) : RunEnd;
        if (!(Ceiling(End) > FirstStep))
            throw new ArgumentException(FormattableString.Invariant($"The window of {schedule.Name} holds no step: it begins at {Begin} and ends at {End}."));
    }

    public double Begin { get; }

    public double End { get; }

    public double Length => End - Begin;

    /// <summary>The number of the window's last step, counted from its begin.</summary>
    public double LastStep => Length - 1;

    public long FirstStep => Ceiling(Begin);

    private double RunEnd => _schedule.Stepping == Stepping.EveryUpdate
        ? _run.Length.Count
        : EpochLength.EpochOf(_run.Length.Count - 1) + 1;

    private EpochLength EpochLength => _run.EpochLength ?? throw new ArgumentException(
        $"{_schedule.Name} is stated or stepped in epochs, but the run declares no epoch length: give the TrainingRun one.");

    public bool Contains(long step) => Begin <= step && step < End;

    /// <summary>A length in steps, as mmengine's <c>build_iter_from_epoch</c> converts lengths inside a window: without rounding.</summary>
    public double? Steps(ScheduleTime? time) => time is { } given ? Steps(given) : null;

    public double Steps(ScheduleTime time) => (time.InEpochs, _schedule.Stepping) switch
    {
        (true, Stepping.EveryUpdate) => EpochLength.Steps(time.Count),
        (false, Stepping.EveryEpoch) => throw new ArgumentException(
            $"{_schedule.Name} steps every epoch, so its lengths are in epochs; found {time}."),
        _ => time.Count,
    };

    /// <summary>Where a step of the window lies, in the unit in which the schedule was stated.</summary>
    public double Position(long step) => _schedule.From.InEpochs && _schedule.Stepping == Stepping.EveryUpdate ? EpochLength.Position(step) : step;

    // Ends of windows are cut to whole updates, as there.
    private double Whole(ScheduleTime time) =>
        time.InEpochs && _schedule.Stepping == Stepping.EveryUpdate ? Math.Truncate(Steps(time)) : Steps(time);

    private static long Ceiling(double value) => (long)Math.Ceiling(value);
}
