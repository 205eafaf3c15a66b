namespace LayerDecayGen.References;

/// <summary>
/// MAE's groups: facebookresearch/mae, <c>util/lr_decay.py</c>, <c>param_groups_lrd</c>. Only tensors of exactly one dimension and listed
/// names are exempt from weight decay.
/// </summary>
/// <remarks>
/// Corrected without parity: <c>mask_token</c> belongs to layer 0; zero-dimensional tensors and biases of more dimensions are not decayed;
/// names below a prefix keep their layers; a name that merely starts with <c>blocks</c> is no block.
/// </remarks>
public sealed record MaeRecipe : VisionTransformerRecipe
{
    /// <inheritdoc/>
    public override string Name => "MAE";

    private protected override int LiteralDepth(ModelFacts facts)
    {
        if (Depth != 0 && !facts.Parameters.Any(p => p.Name.StartsWith("blocks.", StringComparison.Ordinal)))
        {
            throw new PlanException($"{facts.ModelName} has no 'blocks' at its top level, which the reference counts.");
        }

        return base.LiteralDepth(facts);
    }

    private protected override int? LayerOf(string name)
    {
        if (name is "cls_token" or "pos_embed" || name.StartsWith("patch_embed", StringComparison.Ordinal)) return 0;
        return Blocks(name);
    }

    private protected override int? CorrectedLayerOf(string name) => name == "mask_token" ? 0 : LayerOf(name);

    private protected override bool IsExempt(ParameterFact fact) => fact.Dimensions == 1;
}
