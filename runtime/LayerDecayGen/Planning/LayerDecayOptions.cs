using System.Collections.Immutable;

namespace LayerDecayGen;

using LayerDecayGen.Planning;

/// <summary>
/// The options of this library's own rule: lr scale by layer, weight decay by shape and declaration. Recipes of the references are in
/// <c>LayerDecayGen.Recipes</c>.
/// </summary>
public sealed record LayerDecayOptions : IRecipe
{
    /// <summary>The rate in (0, 1]; null takes the one that the model's <see cref="LayerDecayAttribute"/> states.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The weight decay of decayed parameters, 0 or above. Required: there is no default to trip over.</summary>
    public required double WeightDecay { get; init; }

    string IRecipe.Name => "layer decay";

    Plan IRecipe.Plan(ModelFacts facts) => throw new NotSupportedException();
}
