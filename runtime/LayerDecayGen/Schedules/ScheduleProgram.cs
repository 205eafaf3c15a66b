namespace LayerDecayGen.Schedules;

/// <summary>
/// Schedules over the groups of one run: the values of every hyper-parameter at an update, and the step to the next. Arithmetic on plain numbers, so the same
/// object looks ahead without an optimizer and drives one.
/// </summary>
internal sealed class ScheduleProgram
{
    private readonly TrainingRun _run;
    private readonly Track?[] _tracks = new Track?[3];
    private readonly BoundSchedule[] _schedules;

    public ScheduleProgram(TrainingRun run, IReadOnlyList<ScheduledGroup> groups, IReadOnlyList<Schedule> schedules)
    {
        _run = run;
        Groups = groups;
        foreach (var target in schedules.Select(s => s.Target).Distinct()) _tracks[(int)target] = new Track(target, groups);
        _schedules = [.. schedules.Select(s => new BoundSchedule(s, new ScheduleWindow(s, run), _tracks[(int)s.Target]!))];
        foreach (var schedule in _schedules) schedule.Step(0);
    }

    public IReadOnlyList<ScheduledGroup> Groups { get; }

    /// <summary>The update whose values these are, from 0.</summary>
    public long Update { get; private set; }

    public Track? this[Hyperparameter target] => _tracks[(int)target];

    /// <summary>
    /// Goes to the next update: first what steps every update, then, where an epoch ended, what steps every epoch (mmengine <c>ParamSchedulerHook</c>).
    /// </summary>
    public void Advance()
    {
        foreach (var track in _tracks)
            if (track is not null) track.Changed = false;
        Update++;
        foreach (var schedule in _schedules)
            if (!schedule.EveryEpoch) schedule.Step(Update);
        if (_run.EpochLength is not { } length) return;
        var epoch = length.EpochOf(Update);
        for (var ended = length.EpochOf(Update - 1) + 1; ended <= epoch; ended++)
        {
            foreach (var schedule in _schedules)
                if (schedule.EveryEpoch) schedule.Step(ended);
        }
    }

    private sealed class BoundSchedule(Schedule schedule, ScheduleWindow window, Track track)
    {
        private readonly Rule _rule = schedule.RuleIn(window);

        public bool EveryEpoch => schedule.Stepping == Stepping.EveryEpoch;

        public void Step(long step)
        {
            if (!window.Contains(step)) return;
            _rule.Apply(step - window.FirstStep + schedule.StepsTaken, track.Lanes);
            track.EndStep();
        }
    }
}

/// <summary>One hyper-parameter of all groups.</summary>
internal sealed class Track
{
    private readonly double[] _bases;
    private readonly double[] _scales;
    private readonly double[] _values;
    private readonly bool _zeroStays;

    public Track(Hyperparameter target, IReadOnlyList<ScheduledGroup> groups)
    {
        _bases = [.. groups.Select(g => g.Base(target) ?? throw new ArgumentException($"Group '{g.Name}' has no {target} to schedule."))];
        _scales = [.. groups.Select(g => target == Hyperparameter.LearningRate ? g.LearningRateScale ?? Share(g.LearningRate, groups) : 1)];
        _values = [.. _bases];
        _zeroStays = target == Hyperparameter.WeightDecay && _bases.Contains(0);
    }

    public Lanes Lanes => new() { Bases = _bases, Scales = _scales, Values = _values };

    public ReadOnlySpan<double> Values => _values;

    /// <summary>Whether a schedule was active since the update before; at the start all values are new.</summary>
    public bool Changed { get; set; } = true;

    // What is not decayed stays so, also under a schedule with an absolute minimum (mmpretrain CosineAnnealingWeightDecay).
    public void EndStep()
    {
        Changed = true;
        if (!_zeroStays) return;
        for (var g = 0; g < _values.Length; g++)
            if (_bases[g] == 0) _values[g] = 0;
    }

    private static double Share(double rate, IReadOnlyList<ScheduledGroup> groups)
    {
        var largest = groups.Max(g => g.LearningRate);
        return largest > 0 ? rate / largest : 1;
    }
}
