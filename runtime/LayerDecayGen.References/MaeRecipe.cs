namespace LayerDecayGen.References;

/// <summary>
/// MAE's groups: facebookresearch/mae, <c>util/lr_decay.py</c>, <c>param_groups_lrd</c>. Only tensors of exactly one dimension and listed
/// names are exempt from weight decay there, and <c>mask_token</c> is at the top.
/// </summary>
public sealed record MaeRecipe : VisionTransformerRecipe
{
    internal override VitRow Row => VitRow.Mae;
}
