using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// What BEiT and VideoMAE share: <c>get_parameter_groups</c> with a <c>LayerDecayValueAssigner</c>, whose scales a caller may state
/// outright.
/// </summary>
public abstract record ValueAssignerRecipe : VisionTransformerRecipe
{
    /// <summary>Whether layers are scaled at all; without it there are two groups, decayed and not, at scale 1.</summary>
    public bool UseLayerDecay { get; init; } = true;

    /// <summary>The scales by layer, the stem first and the top last; empty computes them from rate and depth.</summary>
    public ImmutableArray<double> LayerScales { get; init; } = [];

    private protected override ImmutableArray<double> Scales(ModelFacts facts, int depth)
    {
        if (!UseLayerDecay) return [];
        if (LayerScales.IsEmpty) return base.Scales(facts, depth);
        foreach (var scale in LayerScales) Check.NotNegative(scale, nameof(LayerScales));
        return Parity || LayerScales.Length == depth + 2 ? LayerScales : throw new PlanException(
            $"{nameof(LayerScales)} has {LayerScales.Length} values; {facts.ModelName} has {depth + 2} layers.");
    }

    private protected override int? LayerOf(string name) =>
        name is "cls_token" or "mask_token" or "pos_embed" || name.StartsWith("patch_embed", StringComparison.Ordinal) ? 0
        : name.StartsWith("rel_pos_bias", StringComparison.Ordinal) ? null
        : Blocks(name);

    private protected override bool IsExempt(ParameterFact fact) =>
        fact.Dimensions == 1 || fact.Name.EndsWith(".bias", StringComparison.Ordinal);
}
