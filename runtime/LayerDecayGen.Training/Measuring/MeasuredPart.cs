namespace LayerDecayGen.Training;

/// <summary>The kind of part that was measured.</summary>
public enum MeasuredKind
{
    /// <summary>A parameter group of an optimizer.</summary>
    Group,

    /// <summary>All parameters of one layer.</summary>
    Layer,

    /// <summary>All parameters of one section of the declaration.</summary>
    Section,
}

/// <summary>What was measured of one part of a model at one update.</summary>
/// <param name="Kind">The kind of part.</param>
/// <param name="Name">The name of the group or section; of a layer, its number.</param>
/// <param name="Layer">The layer; null where the part has none or several.</param>
public sealed record MeasuredPart(MeasuredKind Kind, string Name, int? Layer)
{
    /// <summary>The learning rate of the update; null where parameters of the part had several.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Momentum or beta1; null where the optimizer has none or parameters had several.</summary>
    public double? Momentum { get; init; }

    /// <summary>The weight decay of the part's decayed parameters; null where they had several.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The 2-norm of the gradients as they were stepped, after clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>The 2-norm of the change over that of the weights before; null where these were 0.</summary>
    public double? UpdateRatio { get; init; }
}
