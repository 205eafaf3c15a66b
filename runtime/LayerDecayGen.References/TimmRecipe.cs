using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// timm's groups: huggingface/pytorch-image-models, <c>timm/optim/_param_groups.py</c>, <c>param_groups_layer_decay</c>, and
/// <c>param_groups_weight_decay</c> where
/// <see cref="UseLayerDecay"/> is false. Layers come from a <see cref="TimmGroupMatcher"/>, else from blocks of consecutive parameters as
/// timm forms them.
/// </summary>
/// <remarks>
/// timm puts a ViT's final norm into the last block's layer, and its schedulers multiply by the scale. In the reference layer decay
/// decays biases of more than one dimension, and a matcher or classifier that finds nothing puts everything at scale 1; without parity
/// that is an error, and the layers of an annotated model win over both.
/// </remarks>
public sealed record TimmRecipe : ReferenceRecipe
{
    private const string Fallback = "use_fallback";

    /// <summary>Whether layers are scaled; without it there are at most four groups at scale 1.</summary>
    public bool UseLayerDecay { get; init; } = true;

    /// <summary>The rate in (0, 1]; null takes the one that the model declares.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The weight decay of decayed parameters, 0 or above.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Patterns of full names without weight decay (<c>fnmatch</c>: <c>*</c>, <c>?</c>, <c>[seq]</c>, <c>[!seq]</c>).</summary>
    public ImmutableArray<string> NoWeightDecayNames { get; init; } = [];

    /// <summary>Patterns of full names for the fallback optimizer; their groups carry <c>use_fallback</c>.</summary>
    public ImmutableArray<string> FallbackNames { get; init; } = [];

    /// <summary>Whether <see cref="NoWeightDecayNames"/> are fallback names too (<c>fallback_no_weight_decay</c>).</summary>
    public bool FallbackNoWeightDecay { get; init; }

    /// <summary>Whether tensors of at most one dimension are not decayed (<c>weight_decay_exclude_1d</c>).</summary>
    public bool ExcludeOneDimensional { get; init; } = true;

    /// <summary>The lowest scale (<c>min_scale</c>), in [0, 1].</summary>
    public double MinimumScale { get; init; }

    /// <summary>Layers of a lower scale are not trained (<c>no_opt_scale</c>); null or 0 trains all.</summary>
    public double? FreezeBelowScale { get; init; }

    /// <summary>The model's <c>group_matcher</c>; null forms layers of consecutive parameters.</summary>
    public TimmGroupMatcher? GroupMatcher { get; init; }

    /// <summary>Starts of names of the classifier, for models without a matcher (<c>pretrained_cfg.classifier</c>).</summary>
    public ImmutableArray<string> ClassifierPrefixes { get; init; } = [];

    /// <summary>How many consecutive parameters form a layer in a model without a matcher (<c>layers_per_group</c>).</summary>
    public int ParametersPerLayer { get; init; } = 12;

    /// <summary>
    /// How many layers the trunk of a model without a matcher is cut into (<c>auto_group_layers</c>, <c>num_groups</c>); stands for
    /// <see cref="ParametersPerLayer"/> where set.
    /// </summary>
    public int? TrunkLayers { get; init; }

    /// <summary>
    /// Layers by name that were found elsewhere; where set, they stand for matcher and classifier. Names not listed are in the last layer.
    /// </summary>
    public ImmutableDictionary<string, int>? LayerMap { get; init; }

    /// <inheritdoc/>
    public override string Name => "timm";

    internal override Plan Literal(ModelFacts facts)
    {
        var layers = UseLayerDecay ? LayersOf(facts, (matcher, names) => matcher.Layers(names)) : default;
        return Planned(facts, layers, takesBiases: !UseLayerDecay, (layer, decayed, isFallback) =>
            (layer is { } l ? $"layer_{l}_" : "") + (decayed ? "decay" : "no_decay") + (isFallback ? "_fallback" : ""));
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        if ((LayerDecay ?? facts.LayerDecay) is { } rate && UseLayerDecay) Require.Decay(rate, nameof(LayerDecay));
        Require.Share(MinimumScale, nameof(MinimumScale));
        if (FreezeBelowScale is { } least) Require.Share(least, nameof(FreezeBelowScale));
        var declared = LayerMap is null && facts.Parameters.Any(p => p.Layer is not null);
        if (UseLayerDecay && !declared && LayerMap is null && GroupMatcher is null) EnsureClassifier(facts);
        var layers = !UseLayerDecay ? default
            : declared ? (facts.LastLayer(), facts.LayerOf)
            : LayersOf(facts, (matcher, names) => matcher.CheckedLayers(names, facts));
        return Planned(facts, layers, takesBiases: true, (_, _, _) => null)
            .WithUnmatched(Name, NoWeightDecayNames, facts, nameof(NoWeightDecayNames), Matches)
            .WithUnmatched(Name, FallbackNames, facts, nameof(FallbackNames), Matches);

        static bool Matches(string pattern, string name) => new NamePatterns([pattern]).Match(name);
    }

    private void EnsureClassifier(ModelFacts facts)
    {
        if (facts.Parameters.Any(p => ClassifierPrefixes.Any(c => p.Name.StartsWith(c, StringComparison.Ordinal)))) return;
        throw new PlanException(
            $"{nameof(ClassifierPrefixes)} finds no classifier in {facts.ModelName}: without it timm takes every parameter for the head, at scale 1. "
            + $"Set it, or {nameof(GroupMatcher)}, or annotate the model.");
    }

    private Plan Planned(
        ModelFacts facts, (int Last, Func<ParameterFact, int> LayerOf) layers, bool takesBiases, Func<int?, bool, bool, string?> group)
    {
        Require.NotNegative(WeightDecay, nameof(WeightDecay));
        var noDecay = new NamePatterns(NoWeightDecayNames);
        var fallback = new NamePatterns([.. FallbackNames, .. FallbackNoWeightDecay ? NoWeightDecayNames : []]);
        var rate = !UseLayerDecay ? 1 : Require.Finite(LayerDecay ?? facts.LayerDecay ?? throw VisionTransformerRecipe.NoRate(facts), nameof(LayerDecay));
        var trained = facts.Trainable().ToLookup(fact => !(FreezeBelowScale is > 0 && Scale(fact) < FreezeBelowScale));
        var plan = trained[true].Select(Decide);
        // Without layers: the four lists in the order in which timm turns them into groups.
        if (!UseLayerDecay) plan = plan.OrderBy(p => p.Extra.ContainsKey(Fallback)).ThenBy(p => p.WeightDecay != 0);
        return plan.ToPlan() with { Frozen = [.. trained[false]] };

        double Scale(ParameterFact fact) =>
            UseLayerDecay ? Math.Max(MinimumScale, Math.Pow(rate, layers.Last - layers.LayerOf(fact))) : 1;

        PlannedParameter Decide(ParameterFact fact)
        {
            int? layer = UseLayerDecay ? layers.LayerOf(fact) : null;
            var isVector = fact.Dimensions <= 1 || (takesBiases && fact.Name.EndsWith(".bias", StringComparison.Ordinal));
            var decayed = !fact.NoWeightDecay && !noDecay.Match(fact.Name) && !(ExcludeOneDimensional && isVector)
                && (UseLayerDecay || WeightDecay != 0);
            var isFallback = fallback.Match(fact.Name);
            var planned = fact.Decide(layer, Scale(fact), WeightDecay, decayed);
            return planned with
            {
                Extra = isFallback ? planned.Extra.Add(Fallback, true) : planned.Extra,
                Group = group(layer, decayed, isFallback),
            };
        }
    }

    private (int Last, Func<ParameterFact, int> LayerOf) LayersOf(
        ModelFacts facts, Func<TimmGroupMatcher, List<string>, ImmutableDictionary<string, int>> matched)
    {
        var names = facts.Parameters.Where(p => p.TiedTo is null).Select(p => p.Name).ToList();
        var map = LayerMap ?? (GroupMatcher is { } matcher ? matched(matcher, names) : AutomaticLayers(names));
        if (map.IsEmpty || map.Values.Any(layer => layer < 0))
            throw new PlanException($"{nameof(LayerMap)} is empty or has a layer below 0: layers count from 0.");
        var last = map.Values.Max();
        return (last, fact => map.GetValueOrDefault(fact.Name, last));
    }

    private ImmutableDictionary<string, int> AutomaticLayers(List<string> names)
    {
        var isHead = names.ToLookup(n => ClassifierPrefixes.IsEmpty || ClassifierPrefixes.Any(p => n.StartsWith(p, StringComparison.Ordinal)));
        var trunk = isHead[false].ToList();
        var size = TrunkLayers is { } layers
            ? Math.Max(1, (trunk.Count + layers - 1) / Require.AtLeast(layers, 1, nameof(TrunkLayers)))
            : Require.AtLeast(ParametersPerLayer, 1, nameof(ParametersPerLayer));
        return trunk.Select((name, i) => KeyValuePair.Create(name, i / size))
            .Concat(isHead[true].Select(name => KeyValuePair.Create(name, (trunk.Count + size - 1) / size)))
            .ToImmutableDictionary(StringComparer.Ordinal);
    }
}
