namespace LayerDecayGen;

/// <summary>What the parameters of one role get instead of, or on top of, what their layer gives.</summary>
public sealed record RoleOverride
{
    /// <summary>A factor on the lr scale, 0 or above.</summary>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>The weight decay, 0 or above, whatever the no-decay rules say; null leaves it to them.</summary>
    public double? WeightDecay { get; init; }
}
