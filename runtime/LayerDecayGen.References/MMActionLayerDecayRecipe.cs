using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's layer decay: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/layer_decay_optim_wrapper_constructor.py</c>,
/// <c>LearningRateDecayOptimizerConstructor</c>, for MViT and ViT below <c>backbone.</c>.
/// </summary>
/// <remarks>
/// Corrected without parity: <see cref="VisionTransformerRecipe.Depth"/> (<c>num_layers</c>) follows the model, so that no scale passes 1;
/// names below another prefix keep their layers; zero-dimensional tensors are not decayed; any backbone and any norm is accepted.
/// </remarks>
public sealed record MMActionLayerDecayRecipe : VisionTransformerRecipe
{
    /// <summary>The class of the backbone; null reads it from a parameter that the backbone holds itself, where it has one.</summary>
    public string? BackboneType { get; init; }

    /// <inheritdoc/>
    public override string Name => "MMAction2 layer decay";

    private protected override string ReferencePrefix => "backbone.";

    private protected override void CheckOptions(ModelFacts facts)
    {
        base.CheckOptions(facts);
        if (!Parity) return;
        if (Depth is null) throw new PlanException($"{nameof(Depth)} (num_layers) is not set: the reference fails without it.");
        if (LayerDecay is null) throw new PlanException($"{nameof(LayerDecay)} (decay_rate) is not set: the reference fails without it.");
        if (facts.Parameters.FirstOrDefault(p => ModuleTypes.IsNormWithStatistics(p.Owner)) is { } norm)
        {
            throw new PlanException($"'{norm.Name}' belongs to a batch norm, which the reference refuses.");
        }

        var type = BackboneType ?? facts.Parameters.FirstOrDefault(p => ParamwiseRules.ModuleOf(p.Name) == "backbone")?.Owner?.TypeName;
        if (type is not null && !type.Contains("MViT", StringComparison.Ordinal) && !type.Contains("VisionTransformer", StringComparison.Ordinal))
        {
            throw new PlanException($"The backbone is a '{type}': the reference accepts MViT and VisionTransformer.");
        }
    }

    private protected override double ScaleOf(int layer, ImmutableArray<double> scales, ParameterFact fact) =>
        layer < scales.Length ? scales[layer] : Math.Pow(LayerDecay!.Value, scales.Length - 1 - layer);

    private protected override int? LayerOf(string name) =>
        name is "cls_token" or "mask_token" or "pos_embed" || name.StartsWith("patch_embed", StringComparison.Ordinal) ? 0 : Blocks(name);

    private protected override bool IsExempt(ParameterFact fact) =>
        fact.Dimensions == 1 || fact.Name.EndsWith(".bias", StringComparison.Ordinal);
}
