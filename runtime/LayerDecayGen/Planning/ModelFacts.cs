using System.Collections.Immutable;

namespace LayerDecayGen.Planning;

/// <summary>What is known of a model: the input of a plan.</summary>
/// <param name="ModelName">The model class, for messages.</param>
/// <param name="Parameters">Its parameters in registration order.</param>
public sealed record ModelFacts(string ModelName, ImmutableArray<ParameterFact> Parameters)
{
    /// <summary>The number of layers that the declaration and the live model give, the top included; null without a declaration.</summary>
    public int? LayerCount { get; init; }

    /// <summary>The rate that the declaration states, in (0, 1]; null where it leaves it to the options.</summary>
    public double? LayerDecay { get; init; }
}
