using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// STMixer's optimizer groups: MCG-NJU/STMixer, <c>alphaction/solver/build.py</c>, <c>make_optimizer</c>, for ViT backbones and for others.
/// They do not depend on which of SGD, Adam and AdamW is made from them.
/// </summary>
/// <remarks>
/// In the reference nothing reads the lr scale, so every group trains at <see cref="BaseLearningRate"/>; the rest outside the backbone
/// takes frozen parameters in and decays norms, biases and vectors; names that merely contain <c>backbone</c> are not trained; other
/// backbones know norms by name. Without parity the scale acts and these are corrected.
/// </remarks>
public sealed record StMixerRecipe : ReferenceRecipe
{
    private const string Backbone = "backbone.";

    /// <summary><c>SOLVER.BASE_LR</c>: what every group of the reference gets outright; null leaves it to the optimizer.</summary>
    public double? BaseLearningRate { get; init; }

    /// <summary>Whether the backbone is a ViT; others get norms and non-norms as two groups and no layer decay.</summary>
    public bool IsVisionTransformer { get; init; } = true;

    /// <summary><c>ViT.LAYER_DECAY</c>; null takes the one that the model declares. In parity 1 and above means none.</summary>
    public double? LayerDecay { get; init; }

    /// <summary><c>ViT.DEPTH</c>; null counts the blocks.</summary>
    public int? Depth { get; init; }

    /// <summary><c>ViT.WEIGHT_DECAY</c>: the weight decay of a ViT backbone.</summary>
    public double BackboneWeightDecay { get; init; }

    /// <summary><c>ViT.NO_WEIGHT_DECAY</c>: names in the backbone that are not decayed. An entry that this model lacks is a warning.</summary>
    public ImmutableArray<string> NoWeightDecayNames { get; init; } = [];

    /// <summary><c>SOLVER.WEIGHT_DECAY</c>: the weight decay of the rest.</summary>
    public required double WeightDecay { get; init; }

    /// <summary><c>SOLVER.WEIGHT_DECAY_BN</c>: the weight decay of a non-ViT backbone's norms.</summary>
    public double NormWeightDecay { get; init; }

    /// <inheritdoc/>
    public override string Name => "STMixer";

    internal override double? StatedRate => BaseLearningRate;

    internal override Plan Literal(ModelFacts facts)
    {
        var firstNames = facts.Parameters.Where(p => p.TiedTo is null).ToArray();
        var plan = IsVisionTransformer
            ? OfBackbone(facts, (recipe, rate) => (recipe with { UseLayerDecay = rate < 1 }).Literal, LayerDecay).Parameters
                .Concat(firstNames.Where(p => !Has(p, "backbone")).Select(p => p.Decide(null, 1, WeightDecay) with { Group = "rest_parameters" }))
            : ByNorm(firstNames, p => Has(p, "backbone") && Has(p, "bn"), "bn_parameters", "non_bn_parameters");
        return plan.Select(Unscaled).ToPlan();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        foreach (var decay in new[] { BackboneWeightDecay, WeightDecay, NormWeightDecay }) Require.NotNegative(decay, nameof(WeightDecay));
        if (!IsVisionTransformer) return ByNorm(facts.Trainable(), IsNorm, null, null).ToPlan();
        var backbone = OfBackbone(facts, (recipe, _) => recipe.Corrected, LayerDecay);
        var rest = facts.Trainable().Where(p => !p.Name.StartsWith(Backbone, StringComparison.Ordinal)).Select(p => p.Decide(
            null, 1, WeightDecay, decayed: p.Dimensions > 1 && p.LastSegment != "bias" && !IsNorm(p)));
        return backbone with { Parameters = [.. backbone.Parameters, .. rest] };
    }

    private Plan OfBackbone(
        ModelFacts facts, Func<StMixerGroupsRecipe, double, Func<ModelFacts, Plan>> planned, double? layerDecay)
    {
        var inBackbone = facts.Parameters.Where(p => p.Name.StartsWith(Backbone, StringComparison.Ordinal)).ToDictionary(
            p => p.Name[Backbone.Length..], StringComparer.Ordinal);
        if (inBackbone.Count == 0)
            throw new PlanException($"{facts.ModelName} has no parameter below '{Backbone}', where STMixer's rule expects the ViT.");
        var rate = layerDecay ?? facts.LayerDecay ?? throw VisionTransformerRecipe.NoRate(facts);
        var recipe = new StMixerGroupsRecipe
        {
            LayerDecay = rate,
            Depth = Depth,
            WeightDecay = BackboneWeightDecay,
            NoWeightDecayNames = NoWeightDecayNames,
        };
        var plan = planned(recipe, rate)(facts with { Parameters = [.. inBackbone.Select(p => p.Value with { Name = p.Key })] });
        return plan with { Parameters = [.. plan.Parameters.Select(p => p with { Fact = inBackbone[p.Fact.Name] })] };
    }

    private IEnumerable<PlannedParameter> ByNorm(
        IEnumerable<ParameterFact> parameters, Func<ParameterFact, bool> isNorm, string? norms, string? others)
    {
        var met = parameters.ToLookup(isNorm);
        return met[true].Select(p => p.Decide(null, 1, NormWeightDecay) with { Group = norms })
            .Concat(met[false].Select(p => p.Decide(null, 1, WeightDecay) with { Group = others }));
    }

    // The scale is stored and read by nobody.
    private PlannedParameter Unscaled(PlannedParameter planned) => BaseLearningRate is { } rate
        ? planned with { LearningRate = rate }
        : planned with { LearningRateScale = 1 };

    private static bool IsNorm(ParameterFact fact) => ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm;

    private static bool Has(ParameterFact fact, string part) => fact.Name.Contains(part, StringComparison.Ordinal);
}
