using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// mmpretrain's groups, one per parameter: open-mmlab/mmpretrain,
/// <c>mmpretrain/engine/optimizers/layer_decay_optim_wrapper_constructor.py</c>,
/// <c>LearningRateDecayOptimWrapperConstructor</c>, with the <c>get_layer_depth</c> of its backbones.
/// </summary>
/// <remarks>
/// In the reference <c>lr_mult</c>, bias rate and depth-wise multipliers do nothing; custom keys see no dot before top-level names;
/// only names below <c>backbone.</c> have layers; HiViT's blocks have none; scales of ConvNeXt can pass 1. Without parity the layers of an
/// annotated model win over names, and a key that hits nothing is an error, unless all it does is to exempt from weight decay.
/// </remarks>
public sealed record MMPretrainRecipe : ReferenceRecipe
{
    private const string ReferencePrefix = "backbone.";
    private static readonly ImmutableSortedDictionary<string, object> NoFields = ImmutableSortedDictionary<string, object>.Empty;

    /// <summary><c>layer_decay_rate</c>, in (0, 1]; null takes the one that the model declares, else 1 as the reference does.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The <c>weight_decay</c> of the optimizer's configuration. The reference fails without one.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The parameter-wise options.</summary>
    public ParamwiseOptions Paramwise { get; init; } = new();

    /// <summary>The backbone, whose rule reads layers off names; not needed for an annotated model without parity.</summary>
    public MMPretrainBackbone? Backbone { get; init; }

    /// <summary>What stands before the backbone's names, its dot included; null finds it. Parity: <c>backbone.</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Whether every parameter gets a group of its own, as in the reference; in parity it always does.</summary>
    public bool OneGroupPerParameter { get; init; }

    /// <inheritdoc/>
    public override string Name => "mmpretrain";

    internal override Plan Literal(ModelFacts facts)
    {
        if (WeightDecay is null) throw new PlanException($"{nameof(WeightDecay)} is not set: the reference fails without it.");
        var met = facts.Parameters.Where(p => !p.Frozen).ToList();
        Ties.RefuseDuplicates(met, facts);
        var (rate, prefix) = (Require.Finite(LayerDecay ?? facts.LayerDecay ?? 1, nameof(LayerDecay)), Prefix ?? ReferencePrefix);
        var depths = LayerDepths.Of(Known(facts), facts, prefix);
        var rules = new ParamwiseRules(Paramwise with { DepthwiseDecayMultiplier = null }, facts, ParamwiseReading.Literal(name => name));
        return met.Select(fact =>
        {
            var (layer, key) = (depths.Literal(fact, prefix), rules.KeyOf(fact));
            return Decide(fact, layer, Math.Pow(rate, depths.Count - layer - 1), key, rules) with
            {
                Extra = key?.Entries(withDecayMultiplier: false) ?? NoFields,
            };
        }).ToPlan().OncePerTensor().OneGroupPerParameter();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        var rate = Require.Decay(LayerDecay ?? facts.LayerDecay ?? 1, nameof(LayerDecay));
        Paramwise.RequireWeightDecay(WeightDecay);
        var (count, layerOf) = CorrectedLayers(facts);
        var rules = new ParamwiseRules(Paramwise, facts, ParamwiseReading.Corrected);
        var plan = facts.Parameters.Select(fact =>
        {
            var (layer, key) = (layerOf(fact), rules.KeyOf(fact));
            var multiplier = key is null ? rules.RateMultiplier(fact) ?? 1 : key.LearningRateMultiplier ?? 1;
            return Decide(fact, layer, Math.Pow(rate, count - layer - 1) * multiplier, key, rules) with
            {
                Extra = key?.Extra ?? NoFields,
                LearningRate = key?.LearningRate * fact.LearningRateScale,
                Alone = OneGroupPerParameter,
            };
        }).ToPlan();
        return Paramwise.Checked(plan.WithoutFrozen().OncePerTensor(), Name, facts);
    }

    private PlannedParameter Decide(ParameterFact fact, int layer, double scale, CustomKey? key, ParamwiseRules rules) => fact.Decide(
        layer, scale, key?.WeightDecay ?? WeightDecay * (key is null ? rules.DecayMultiplier(fact) ?? 1 : key.DecayMultiplier ?? 1));

    private (int Count, Func<ParameterFact, int> LayerOf) CorrectedLayers(ModelFacts facts)
    {
        if (facts.Parameters.Any(p => p.Layer is not null)) return (facts.LastLayer() + 1, facts.LayerOf);
        var backbone = Known(facts);
        var prefix = Prefix ?? VitNames.FindPrefix(facts, ReferencePrefix, name => LayerDepths.Probe(backbone, name));
        var depths = LayerDepths.Of(backbone, facts, prefix);
        return (depths.Count, fact => depths.Corrected(fact, prefix));
    }

    private MMPretrainBackbone Known(ModelFacts facts) => Backbone ?? throw new PlanException(
        $"{nameof(Backbone)} is not set and {facts.ModelName} declares no layers: say which backbone's rule reads its names.");
}
