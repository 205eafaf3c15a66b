namespace LayerDecayGen;

/// <summary>One hyper-parameter of all groups: bases, scales and the values of the present update.</summary>
internal sealed class Track
{
    private readonly IReadOnlyList<ScheduledGroup> _groups;
    private readonly double[] _bases;
    private readonly double[] _scales;
    private readonly double[] _values;
    private readonly bool _zeroStays;

    public Track(Hyperparameter target, IReadOnlyList<ScheduledGroup> groups)
    {
        Target = target;
        _groups = groups;
        _bases = [.. groups.Select(g => g.Base(target) ?? throw new ArgumentException(
            $"Group '{g.Name}' has no {Name(target)} to schedule."))];
        _scales = [.. groups.Select(g => target == Hyperparameter.LearningRate ? g.ScaleAmong(groups) : 1)];
        _values = [.. groups.Select((g, i) => target == Hyperparameter.LearningRate ? g.PresentLearningRate ?? _bases[i] : _bases[i])];
        _zeroStays = target == Hyperparameter.WeightDecay && _bases.Contains(0);
    }

    public Hyperparameter Target { get; }

    public Lanes Lanes => new() { Groups = _groups, Bases = _bases, Scales = _scales, Values = _values };

    public ReadOnlySpan<double> Bases => _bases;

    public Span<double> Values => _values;

    /// <summary>Whether a schedule was active since the update before; at the start all values are new.</summary>
    public bool Changed { get; set; } = true;

    public static string Name(Hyperparameter target) => target switch
    {
        Hyperparameter.LearningRate => "learning rate",
        Hyperparameter.Momentum => "momentum",
        _ => "weight decay",
    };

    public void Apply(Rule rule, long step, bool fromBase)
    {
        if (fromBase) _bases.CopyTo(_values, 0);
        rule.Apply(step, Lanes);
        EndStep();
    }

    public void Report(MetricRule rule, double metric)
    {
        rule.Report(metric, Lanes);
        EndStep();
    }

    // What is not decayed stays so, also under a schedule with an absolute minimum (mmpretrain CosineAnnealingWeightDecay).
    private void EndStep()
    {
        Changed = true;
        if (!_zeroStays) return;
        for (var g = 0; g < _values.Length; g++)
            if (_bases[g] == 0) _values[g] = 0;
    }
}
