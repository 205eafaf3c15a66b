namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's layer decay: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/layer_decay_optim_wrapper_constructor.py</c>,
/// <c>LearningRateDecayOptimizerConstructor</c>, for MViT and ViT below <c>backbone.</c>. With too small a
/// <see cref="VisionTransformerRecipe.Depth"/> (<c>num_layers</c>) scales pass 1 there; other backbones and batch norms are refused.
/// </summary>
public sealed record MMActionLayerDecayRecipe : VisionTransformerRecipe
{
    /// <summary>The class of the backbone; null reads it from a parameter that the backbone holds itself, where it has one.</summary>
    public string? BackboneType { get; init; }

    internal override VitRow Row => VitRow.MMAction;

    internal override Plan Literal(ModelFacts facts)
    {
        if (Depth is null) throw new PlanException($"{nameof(Depth)} (num_layers) is not set: the reference fails without it.");
        if (LayerDecay is null) throw new PlanException($"{nameof(LayerDecay)} (decay_rate) is not set: the reference fails without it.");
        if (facts.Parameters.FirstOrDefault(p => ModuleTypes.IsNormWithStatistics(p.Owner)) is { } norm)
            throw new PlanException($"'{norm.Name}' belongs to a batch norm, which the reference refuses.");
        BackboneTypes.Require(BackboneTypes.Of(facts, BackboneType), "MViT", "VisionTransformer");
        return base.Literal(facts);
    }
}

/// <summary>The class of the member <c>backbone</c>, by which OpenMMLab's constructors choose their rule.</summary>
internal static class BackboneTypes
{
    public static string? Of(ModelFacts facts, string? stated) =>
        stated ?? facts.Parameters.FirstOrDefault(p => ParamwiseRules.ModuleOf(p.Name) == "backbone")?.Owner?.TypeName;

    public static void Require(string? type, params string[] accepted)
    {
        if (type is not null && !accepted.Any(a => type.Contains(a, StringComparison.Ordinal)))
            throw new PlanException($"The backbone is a '{type}': the reference accepts {string.Join(", ", accepted)}.");
    }
}
