using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>What is known of a model: the input of a plan.</summary>
/// <param name="ModelName">The model class, for messages.</param>
/// <param name="Parameters">Its parameters in registration order.</param>
public sealed record ModelFacts(string ModelName, ImmutableArray<ParameterFact> Parameters)
{
    /// <summary>The number of layers that the declaration and the live model give, the top included; null without a declaration.</summary>
    public int? LayerCount { get; init; }

    /// <summary>The rate that the declaration states, in (0, 1]; null where it leaves it to the options.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The parameters that a plan decides on: not frozen, tied tensors once.</summary>
    public IEnumerable<ParameterFact> Trainable() => Parameters.Where(p => !p.Frozen && p.TiedTo is null);

    /// <summary>The number of the top layer, whose scale is 1.</summary>
    /// <exception cref="PlanException">Nothing declares a layer.</exception>
    public int LastLayer()
    {
        if (LayerCount is { } count) return count - 1;
        return Parameters.Max(p => p.Layer) ?? throw new PlanException(
            $"No parameter of {ModelName} has a layer: annotate the model, or give its facts layers by a layer map.");
    }

    /// <summary>The declared layer of a parameter.</summary>
    /// <param name="parameter">One of <see cref="Parameters"/>.</param>
    /// <exception cref="PlanException">It has none, or one outside 0 to the top layer.</exception>
    public int LayerOf(ParameterFact parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var layer = parameter.Layer ?? throw new PlanException(
            $"'{parameter.Name}' of {ModelName} has no layer: put an attribute on the member that holds it, or a rule into the layer map.");
        if (layer < 0 || layer >= LayerCount)
        {
            throw new PlanException($"'{parameter.Name}' of {ModelName} is in layer {layer}: layers go from 0 to {LastLayer()}.");
        }

        return layer;
    }

    /// <summary>
    /// The name of a parameter, of a module, or of a part of such a name that needs the fewest edits from a text; null without parameters.
    /// </summary>
    /// <param name="text">What was looked for in vain.</param>
    public string? NearestName(string text) => NameList.Nearest(text, this);
}
