using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// timm's groups: huggingface/pytorch-image-models, <c>timm/optim/_param_groups.py</c>, <c>param_groups_layer_decay</c>, and
/// <c>param_groups_weight_decay</c> where
/// <see cref="UseLayerDecay"/> is false. Layers come from a <see cref="TimmGroupMatcher"/>, else from blocks of consecutive parameters as
/// timm forms them.
/// </summary>
/// <remarks>
/// Note that timm puts a ViT's final norm into the last block's layer, and that its schedulers multiply by the scale. Corrected without
/// parity: biases of more than one dimension are not decayed; a pattern of a list that matches nothing is an error; a matcher or classifier
/// that finds nothing is an error instead of scale 1 everywhere. The layers of an annotated model win over both.
/// </remarks>
public sealed record TimmRecipe : IRecipe
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

    /// <summary>How many consecutive parameters form a layer in a model without a matcher.</summary>
    public int ParametersPerLayer { get; init; } = 12;

    /// <summary>
    /// Layers by name that were found elsewhere; where set, they stand for matcher and classifier. Names not listed are in the last layer.
    /// </summary>
    public ImmutableDictionary<string, int>? LayerMap { get; init; }

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "timm";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        CheckOptions(facts);
        var notes = new Notes();
        var lists = new Lists(
            new NamePatterns(NoWeightDecayNames), new NamePatterns([.. FallbackNames, .. FallbackNoWeightDecay ? NoWeightDecayNames : []]));
        var plan = UseLayerDecay ? ByLayer(facts, lists, notes) : ByDecay(facts, lists, notes);
        return plan with { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private void CheckOptions(ModelFacts facts)
    {
        Check.NotNegative(WeightDecay, nameof(WeightDecay));
        if (ParametersPerLayer < 1)
            throw new PlanException($"{nameof(ParametersPerLayer)} is {ParametersPerLayer}: it must be at least 1.");
        if (UseLayerDecay && Parity)
            Check.Finite(LayerDecay ?? facts.LayerDecay ?? Check.Rate(null, nameof(LayerDecay), facts), nameof(LayerDecay));
        if (Parity) return;
        if (UseLayerDecay) Check.Rate(LayerDecay ?? facts.LayerDecay, nameof(LayerDecay), facts);
        Check.Fraction(MinimumScale, nameof(MinimumScale));
        if (FreezeBelowScale is { } least) Check.Fraction(least, nameof(FreezeBelowScale));
        NameList.EnsureEachMatches(NoWeightDecayNames, facts, nameof(NoWeightDecayNames), (p, name) => new NamePatterns([p]).Match(name));
        NameList.EnsureEachMatches(FallbackNames, facts, nameof(FallbackNames), (p, name) => new NamePatterns([p]).Match(name));
    }

    private Plan ByLayer(ModelFacts facts, Lists lists, Notes notes)
    {
        var rate = LayerDecay ?? facts.LayerDecay!.Value;
        var (last, layerOf) = Layers(facts);
        var plan = ImmutableArray.CreateBuilder<PlannedParameter>();
        var frozen = ImmutableArray.CreateBuilder<ParameterFact>();
        foreach (var fact in facts.Trainable())
        {
            var layer = layerOf(fact);
            var scale = Math.Max(MinimumScale, Math.Pow(rate, last - layer));
            if (FreezeBelowScale is > 0 && scale < FreezeBelowScale) frozen.Add(fact);
            else plan.Add(Decide(fact, layer, scale, IsDecayed(fact, lists, takesBiases: false, notes), lists, $"layer_{layer}_"));
        }

        return new Plan(plan.ToImmutable()) { Frozen = frozen.ToImmutable() };
    }

    // The four lists in the order in which timm turns them into groups.
    private Plan ByDecay(ModelFacts facts, Lists lists, Notes notes)
    {
        var plan = facts.Trainable().Select(fact => Decide(fact, null, 1, WeightDecay != 0 && IsDecayed(fact, lists, takesBiases: true, notes), lists, ""));
        return new Plan([.. plan.OrderBy(p => p.Extra.ContainsKey(Fallback)).ThenBy(p => p.WeightDecay != 0)]);
    }

    private bool IsDecayed(ParameterFact fact, Lists lists, bool takesBiases, Notes notes)
    {
        if (lists.NoDecay.Match(fact.Name)) return false;
        if (!ExcludeOneDimensional) return true;
        if (fact.Dimensions <= 1) return false;
        if (!fact.Name.EndsWith(".bias", StringComparison.Ordinal)) return true;
        if (takesBiases) return false;
        if (!Parity) notes.AddNamed($"{Name}: a bias of more than one dimension, decayed by the reference; exempt here", fact.Name);
        return Parity;
    }

    private PlannedParameter Decide(ParameterFact fact, int? layer, double scale, bool decayed, Lists lists, string group)
    {
        var isFallback = lists.Fallback.Match(fact.Name);
        decayed &= !fact.NoWeightDecay;
        var planned = fact.Decide(layer, scale, WeightDecay, decayed);
        return planned with
        {
            Extra = isFallback ? planned.Extra.Add(Fallback, true) : planned.Extra,
            Group = Parity ? $"{group}{(decayed ? "decay" : "no_decay")}{(isFallback ? "_fallback" : "")}" : null,
        };
    }

    private (int Last, Func<ParameterFact, int> LayerOf) Layers(ModelFacts facts)
    {
        if (LayerMap is null && !Parity && facts.Parameters.Any(p => p.Layer is not null)) return (facts.LastLayer(), facts.LayerOf);
        var names = facts.Parameters.Where(p => p.TiedTo is null).Select(p => p.Name).ToList();
        var map = LayerMap ?? (GroupMatcher is { } matcher ? matcher.Layers(names, facts, Parity) : AutomaticLayers(names, facts));
        if (map.IsEmpty || map.Values.Any(layer => layer < 0))
            throw new PlanException($"{nameof(LayerMap)} is empty or has a layer below 0: layers count from 0.");
        var last = map.Values.Max();
        return (last, fact => map.GetValueOrDefault(fact.Name, last));
    }

    private ImmutableDictionary<string, int> AutomaticLayers(List<string> names, ModelFacts facts)
    {
        var isHead = names.ToLookup(n => ClassifierPrefixes.IsEmpty || ClassifierPrefixes.Any(p => n.StartsWith(p, StringComparison.Ordinal)));
        if (!Parity && (ClassifierPrefixes.IsEmpty || !isHead[true].Any()))
        {
            throw new PlanException($"{nameof(ClassifierPrefixes)} finds no classifier in {facts.ModelName}: without it timm takes every parameter for the head, at scale 1. "
                + $"Set it, or {nameof(GroupMatcher)}, or annotate the model.");
        }

        var trunk = isHead[false].Select((name, i) => KeyValuePair.Create(name, i / ParametersPerLayer)).ToList();
        var head = trunk.Count == 0 ? 0 : trunk[^1].Value + 1;
        return trunk.Concat(isHead[true].Select(name => KeyValuePair.Create(name, head))).ToImmutableDictionary(StringComparer.Ordinal);
    }

    private sealed record Lists(NamePatterns NoDecay, NamePatterns Fallback);
}
