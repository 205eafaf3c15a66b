namespace LayerDecayGen;

/// <summary>
/// One hyper-parameter of all groups under its schedules. Its values at an update are carried from an anchor: the update at which a window
/// last began or ended or a metric changed something. So they are the same whichever updates were looked at before.
/// </summary>
internal sealed class HyperparameterValues
{
    private readonly IReadOnlyList<ScheduledGroup> _groups;
    private readonly BoundSchedule[] _schedules;
    private readonly long[] _joints;
    private readonly double[] _bases;
    private readonly double[] _scales;
    private readonly double[] _values;
    private readonly double[] _anchored;
    private readonly bool _zeroStays;
    private readonly long _stride;
    private BoundSchedule[] _active = [];
    private bool _interact;
    private long _anchor = -1;
    private int _passed;

    /// <param name="target">The hyper-parameter.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="schedules">Its schedules, in their order.</param>
    /// <param name="stride">Updates taken at once where schedules interact; more than 1 gives values that are nearly right, for checks.</param>
    public HyperparameterValues(
        Hyperparameter target, IReadOnlyList<ScheduledGroup> groups, IEnumerable<BoundSchedule> schedules, long stride)
    {
        (Target, _groups, _schedules, _stride) = (target, groups, [.. schedules], stride);
        _bases = [.. groups.Select(g => g.Base(target) ?? throw new ArgumentException(
            $"Group '{g.Name}' has no {Name(target)} to schedule."))];
        _scales = [.. groups.Select(g => target == Hyperparameter.LearningRate ? g.ScaleAmong(groups) : 1)];
        _values = [.. groups.Select((g, i) => target == Hyperparameter.LearningRate ? g.PresentLearningRate ?? _bases[i] : _bases[i])];
        _anchored = [.. _values];
        _zeroStays = target == Hyperparameter.WeightDecay && _bases.Contains(0);
        _joints = [.. _schedules.SelectMany(s => new[] { s.FirstUpdate, s.StopUpdate + (s.EveryEpoch ? 1 : 0) }).Append(0).Distinct().Order()];
        GoTo(0);
    }

    public Hyperparameter Target { get; }

    public IReadOnlyList<BoundSchedule> Schedules => _schedules;

    public ReadOnlySpan<double> Bases => _bases;

    public ReadOnlySpan<double> Values => _values;

    /// <summary>Whether a schedule took a step since the update before; at the start all values are new.</summary>
    public bool Changed { get; private set; }

    public static string Name(Hyperparameter target) => target switch
    {
        Hyperparameter.LearningRate => "learning rate",
        Hyperparameter.Momentum => "momentum",
        _ => "weight decay",
    };

    /// <summary>Goes to an update, not before the anchor.</summary>
    public void GoTo(long update)
    {
        while (_passed < _joints.Length && _joints[_passed] <= update) Pass(_joints[_passed++]);
        _anchored.CopyTo(_values, 0);
        if (update > _anchor) Carry(update);
        Changed = update == 0;
        foreach (var schedule in _active) Changed |= schedule.Steps(update);
    }

    /// <summary>Takes a metric at the present update.</summary>
    public void Report(string monitor, double metric, long update)
    {
        var reduced = false;
        foreach (var schedule in _schedules)
        {
            if (schedule.Listens(monitor) && schedule.FirstUpdate <= update && update < schedule.StopUpdate)
                reduced |= ((MetricCurve)schedule.Curve).Report(metric, Lanes);
        }

        if (!reduced) return;
        EndStep();
        Anchor(update);
        Changed = true;
    }

    private GroupValues Lanes => new() { Groups = _groups, Bases = _bases, Scales = _scales, Values = _values };

    // The first update of a stretch is one step in the order of the schedules: a part of a sequence begins anew there.
    private void Pass(long joint)
    {
        _anchored.CopyTo(_values, 0);
        if (joint - 1 > _anchor) Carry(joint - 1);
        _active = [.. _schedules.Where(s => s.IsActive(joint))];
        if (joint == 0) Step(joint, 1, outright: true);
        // First what steps every update, then, where an epoch ended, what steps every epoch (mmengine ParamSchedulerHook).
        _active = [.. _active.OrderBy(s => s.EveryEpoch)];
        if (joint > 0) Step(joint, 1, outright: true);
        Anchor(joint);
        BoundSchedule[] others = [.. _active.Where(s => s.Curve.Kind != CurveKind.Outright)];
        _interact = others.Any(s => s.Curve.Kind == CurveKind.Following && (others.Length > 1 || s.Curve is MultiplicativeCurve));
    }

    private void Anchor(long update)
    {
        _anchor = update;
        _values.CopyTo(_anchored, 0);
    }

    private void Carry(long update)
    {
        if (_active.Length == 0) return;
        var start = Set(update);
        if (start == update) return;
        // Factors can be taken over any stretch at once, and so can one curve alone; others have to be taken step by step.
        for (var at = start; at < update;)
        {
            var stride = _interact ? Math.Min(_stride, update - at) : update - at;
            Step(at += stride, stride, outright: false);
        }

        if (_interact) Anchor(update);
    }

    // What is set outright makes all that was before irrelevant: only from its last step on do others count.
    private long Set(long update)
    {
        var (last, index) = (_anchor, -1);
        for (var i = 0; i < _active.Length; i++)
        {
            if (_active[i].Curve.Kind != CurveKind.Outright || _active[i].LastChange(update) is var at && at < last) continue;
            if (at > _anchor) (last, index) = (at, i);
        }

        if (index < 0) return _anchor;
        for (var i = index; i < _active.Length; i++) _active[i].Carry(last - 1, last, Lanes);
        EndStep();
        return last;
    }

    private void Step(long to, long length, bool outright)
    {
        foreach (var schedule in _active)
            if (outright || schedule.Curve.Kind != CurveKind.Outright) schedule.Carry(to - length, to, Lanes);
        EndStep();
    }

    // What is not decayed stays so, also under a schedule with an absolute minimum (mmpretrain CosineAnnealingWeightDecay).
    private void EndStep()
    {
        if (!_zeroStays) return;
        for (var g = 0; g < _values.Length; g++)
            if (_bases[g] == 0) _values[g] = 0;
    }
}
