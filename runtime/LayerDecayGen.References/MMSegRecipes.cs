namespace LayerDecayGen.References;

/// <summary>
/// mmsegmentation's layer decay for ConvNeXt, BEiT and MAE, whose blocks are <c>backbone.layers.N</c>: open-mmlab/mmsegmentation,
/// <c>mmseg/engine/optimizers/layer_decay_optimizer_constructor.py</c>, <c>LearningRateDecayOptimizerConstructor</c>.
/// </summary>
/// <remarks>Which rule holds follows from the class of the backbone; where it is unknown, from its names.</remarks>
public record MMSegLayerDecayRecipe : MMDetLayerDecayRecipe
{
    /// <inheritdoc/>
    public override string Name => "mmsegmentation layer decay";

    internal override Func<string, int> LiteralLayers(string? backboneType, int count)
    {
        if (backboneType?.Contains("ConvNeXt", StringComparison.Ordinal) == true) return base.LiteralLayers(backboneType, count);
        BackboneTypes.Require(backboneType, "ConvNeXt", "BEiT", "MAE");
        if (!IsLayerWise) throw new PlanException($"{nameof(DecayType)} is '{DecayType}': the reference has it for ConvNeXt only.");
        return name => IsBackboneToken(name) || Starts(name, "backbone.patch_embed") ? 0
            : Starts(name, "backbone.layers") ? VitNames.Number(name, 2) + 1 : count + 1;
    }

    internal override (int Last, Func<string, int> LayerOf) CorrectedLayers(IReadOnlyList<string> names)
    {
        var blocks = 1 + names.Select(n => TransformerBlock(n) ?? -1).DefaultIfEmpty(-1).Max();
        if (blocks == 0) return base.CorrectedLayers(names);
        return (blocks + 1, name => TransformerBlock(name) + 1 ?? (IsToken(name) || Starts(name, "patch_embed") ? 0 : blocks + 1));
    }

    internal override int? BlockProbe(string name) => TransformerBlock(name) ?? base.BlockProbe(name);

    private static int? TransformerBlock(string name) => VitNames.BlockOf(name, "layers") ?? VitNames.BlockOf(name, "blocks");
}

/// <summary>
/// mmsegmentation's older constructor: the same file, <c>LayerDecayOptimizerConstructor</c>. <c>layer_decay_rate</c> is the rate, and the
/// decay is by layer whatever the configuration says.
/// </summary>
public sealed record MMSegLayerDecayLegacyRecipe : MMSegLayerDecayRecipe
{
    /// <summary>Fixes the type.</summary>
    public MMSegLayerDecayLegacyRecipe() => DecayType = "layer_wise_vit";

    /// <inheritdoc/>
    public override string Name => "mmsegmentation layer decay (legacy)";

    internal override Func<string, int> LiteralLayers(string? backboneType, int count) =>
        (this with { DecayType = "layer_wise_vit" }).ByBackbone(backboneType, count);

    private Func<string, int> ByBackbone(string? backboneType, int count) => base.LiteralLayers(backboneType, count);
}
