namespace LayerDecayGen;

/// <summary>
/// Nothing below the member is decayed: its weight decay is 0 whatever the options say. A <see cref="WeightDecayAttribute"/> further in
/// overrules it.
/// </summary>
public sealed class NoWeightDecayAttribute : LayerMemberAttribute
{
    /// <summary>Nothing below the member is decayed.</summary>
    public NoWeightDecayAttribute() : base([]) { }

    /// <summary>Nothing at or below each path is decayed.</summary>
    /// <param name="paths">Dotted registered names below this class.</param>
    public NoWeightDecayAttribute(params string[] paths) : base(paths) { }
}

/// <summary>
/// The weight decay of everything below the member, in place of the one from the options; it overrules a
/// <see cref="NoWeightDecayAttribute"/> further out.
/// </summary>
public sealed class WeightDecayAttribute : LayerMemberAttribute
{
    /// <summary>Sets the weight decay of the member.</summary>
    /// <param name="value">The weight decay, 0 or above.</param>
    public WeightDecayAttribute(double value) : base([]) => Value = value;

    /// <summary>Sets the weight decay at each path.</summary>
    /// <param name="value">The weight decay, 0 or above.</param>
    /// <param name="paths">Dotted registered names below this class.</param>
    public WeightDecayAttribute(double value, params string[] paths) : base(paths) => Value = value;

    /// <summary>The weight decay, 0 or above.</summary>
    public double Value { get; }
}

/// <summary>A factor on the lr scale of everything below the member; it multiplies the layer's scale.</summary>
public sealed class LearningRateScaleAttribute : LayerMemberAttribute
{
    /// <summary>Scales the learning rate of the member.</summary>
    /// <param name="scale">The factor, 0 or above.</param>
    public LearningRateScaleAttribute(double scale) : base([]) => Scale = scale;

    /// <summary>Scales the learning rate at each path.</summary>
    /// <param name="scale">The factor, 0 or above.</param>
    /// <param name="paths">Dotted registered names below this class.</param>
    public LearningRateScaleAttribute(double scale, params string[] paths) : base(paths) => Scale = scale;

    /// <summary>The factor, 0 or above.</summary>
    public double Scale { get; }
}

/// <summary>
/// Everything below the member is not trained: building groups sets <c>requires_grad</c> to false there and leaves it out.
/// </summary>
public sealed class FrozenAttribute : LayerMemberAttribute
{
    /// <summary>The member is not trained.</summary>
    public FrozenAttribute() : base([]) { }

    /// <summary>What lies at each path is not trained.</summary>
    /// <param name="paths">Dotted registered names below this class.</param>
    public FrozenAttribute(params string[] paths) : base(paths) { }
}
