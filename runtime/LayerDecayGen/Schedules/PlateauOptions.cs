namespace LayerDecayGen;

/// <summary>Whether a metric should fall or rise (torch <c>mode</c>).</summary>
public enum MetricMode
{
    /// <summary>Smaller is better (torch <c>min</c>, mmengine <c>less</c>).</summary>
    Min,

    /// <summary>Greater is better (torch <c>max</c>, mmengine <c>greater</c>).</summary>
    Max,
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

    /// <summary>Whether the metric should fall or rise.</summary>
    public MetricMode Mode { get; init; }

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
        Require.Momentum(Factor);
        Require.NotNegative(Threshold);
        Require.AtLeast(Patience, 0);
        Require.AtLeast(Cooldown, 0);
        Require.NotNegative(Epsilon);
        ArgumentException.ThrowIfNullOrEmpty(Monitor);
        Require.Defined(Mode);
        Require.Defined(ThresholdMode);
        return this;
    }
}
