using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>What was decided for every parameter, in the order in which groups open.</summary>
/// <param name="Parameters">The decisions.</param>
public sealed record Plan(ImmutableArray<PlannedParameter> Parameters)
{
    /// <summary>What a person should know: defects of a reference that were corrected, keys that a parity run ignores.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// Whether the plan reproduces a reference with its defects: parameters that the reference loses, or groups although they are frozen,
    /// are then told as warnings where they would be refused.
    /// </summary>
    public bool Parity { get; init; }

    /// <summary>
    /// Whether parameters of different layers share a group when their hyper-parameters are equal, as the groups of many references do.
    /// </summary>
    public bool MergeAcrossLayers { get; init; }

    /// <summary>
    /// The learning rate of scale 1 where the options state it; <c>CreateAdamW</c> and its sisters then refuse another one. Null leaves it
    /// to them.
    /// </summary>
    public double? BaseLearningRate { get; init; }

    /// <summary>Trainable parameters that the recipe takes out of training on purpose: no group holds them.</summary>
    public ImmutableArray<ParameterFact> Frozen { get; init; } = [];
}

/// <summary>What was decided for one parameter.</summary>
/// <param name="Fact">The parameter.</param>
/// <param name="Layer">The layer used; null where the recipe knows none.</param>
/// <param name="LearningRateScale">The factor on the base learning rate.</param>
/// <param name="WeightDecay">The weight decay; null where the recipe leaves it to the optimizer's own.</param>
public sealed record PlannedParameter(ParameterFact Fact, int? Layer, double LearningRateScale, double? WeightDecay)
{
    /// <summary>
    /// The learning rate where a recipe states it outright; null means base learning rate times <see cref="LearningRateScale"/>.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>
    /// The group's name where the recipe prescribes one: only parameters of equal name share a group. Null: equal hyper-parameters suffice.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Whether the parameter gets a group of its own.</summary>
    public bool Alone { get; init; }

    /// <summary>Further fields of the group, such as those of an mmengine custom key.</summary>
    public ImmutableSortedDictionary<string, object> Extra { get; init; } = ImmutableSortedDictionary<string, object>.Empty;
}
