namespace LayerDecayGen;

/// <summary>Whether a metric should fall or rise.</summary>
public enum Improvement
{
    /// <summary>Smaller is better (mmengine <c>less</c>, torch <c>min</c>).</summary>
    Less,

    /// <summary>Greater is better (mmengine <c>greater</c>, torch <c>max</c>).</summary>
    Greater,
}

/// <summary>How much better counts.</summary>
public enum ThresholdMode
{
    /// <summary>By a share of the best value.</summary>
    Relative,

    /// <summary>By a difference.</summary>
    Absolute,
}

/// <summary>When a plateau is declared; the defaults are torch's.</summary>
public sealed record PlateauOptions
{
    /// <summary>The factor on the value at a plateau, in [0, 1).</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>Reports without improvement that are let pass.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>What is better.</summary>
    public Improvement Better { get; init; }

    /// <summary>How much better a metric has to be, at least 0.</summary>
    public double Threshold { get; init; } = 1e-4;

    /// <summary>What <see cref="Threshold"/> is a share of.</summary>
    public ThresholdMode ThresholdMode { get; init; }

    /// <summary>Reports after a reduction in which nothing counts as bad.</summary>
    public int Cooldown { get; init; }

    /// <summary>No reduction goes below it.</summary>
    public Level Minimum { get; init; }

    /// <summary>The smallest reduction that is made, absolute: groups of tiny rates stop earlier.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The name under which the metric is reported.</summary>
    public string Monitor { get; init; } = "loss";

    internal PlateauOptions Checked()
    {
        if (!(Factor >= 0 && Factor < 1))
            throw new ArgumentOutOfRangeException(nameof(Factor), Factor, "The factor of a plateau is in [0, 1).");
        if (!(Threshold >= 0)) throw new ArgumentOutOfRangeException(nameof(Threshold), Threshold, "A threshold is at least 0.");
        ArgumentOutOfRangeException.ThrowIfNegative(Patience);
        ArgumentOutOfRangeException.ThrowIfNegative(Cooldown);
        if (!(Epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "The smallest reduction is at least 0.");
        ArgumentException.ThrowIfNullOrEmpty(Monitor);
        if (!Enum.IsDefined(Better)) throw new ArgumentOutOfRangeException(nameof(Better), Better, "Unknown rule.");
        if (!Enum.IsDefined(ThresholdMode))
            throw new ArgumentOutOfRangeException(nameof(ThresholdMode), ThresholdMode, "Unknown threshold mode.");
        return this;
    }
}

/// <summary>A rule that waits for a metric and remembers; the rest of the rules know nothing but the step.</summary>
internal abstract class MetricRule : Rule
{
    public abstract string Monitor { get; }

    /// <summary>Everything it remembers, as numbers.</summary>
    public abstract double[] Memory { get; set; }

    public abstract void Report(double metric, in Lanes lanes);
}

/// <summary>Decides from a metric whether to reduce (mmengine <c>ReduceOnPlateauParamScheduler</c>, torch
/// <c>ReduceLROnPlateau</c>).</summary>
internal sealed class PlateauDecision(PlateauOptions options)
{
    private double _best = options.Better == Improvement.Less ? double.PositiveInfinity : double.NegativeInfinity;
    private double _bad;
    private double _cooldown;

    public double[] Memory
    {
        get => [_best, _bad, _cooldown];
        set => (_best, _bad, _cooldown) = (value[0], value[1], value[2]);
    }

    public bool Reduces(double metric)
    {
        if (IsBetter(metric)) (_best, _bad) = (metric, 0);
        else _bad++;
        if (_cooldown > 0) (_cooldown, _bad) = (_cooldown - 1, 0);
        if (_bad <= options.Patience) return false;
        (_cooldown, _bad) = (options.Cooldown, 0);
        return true;
    }

    public void Reduce(Span<double> values, in Lanes lanes)
    {
        for (var g = 0; g < values.Length; g++)
        {
            var reduced = Math.Max(values[g] * options.Factor, options.Minimum.Of(lanes, g));
            if (values[g] - reduced > options.Epsilon) values[g] = reduced;
        }
    }

    private bool IsBetter(double metric) => (options.Better, options.ThresholdMode) switch
    {
        (Improvement.Less, ThresholdMode.Relative) => metric < _best * (1 - options.Threshold),
        (Improvement.Less, _) => metric < _best - options.Threshold,
        (_, ThresholdMode.Relative) => metric > _best * (options.Threshold + 1),
        _ => metric > _best + options.Threshold,
    };
}

/// <summary>Reduces the value now in the group when a metric stops improving.</summary>
internal sealed class PlateauRule(PlateauOptions options) : MetricRule
{
    private readonly PlateauDecision _decision = new(options);

    public override bool Jumps => true;

    public override IEnumerable<Level> Levels => [options.Minimum];

    public override string Monitor => options.Monitor;

    public override double[] Memory
    {
        get => _decision.Memory;
        set => _decision.Memory = value;
    }

    public override void Apply(long step, in Lanes lanes) { }

    public override void Report(double metric, in Lanes lanes)
    {
        if (_decision.Reduces(metric)) _decision.Reduce(lanes.Values, lanes);
    }
}
