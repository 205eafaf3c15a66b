namespace LayerDecayGen.References;

/// <summary>
/// Layer decay as MMAction2 notebooks write it into <c>paramwise_cfg.custom_keys</c>: VideoMAEv2's rule for names below <c>backbone.</c>,
/// everything else at the top, one group per parameter (open-mmlab/mmengine, <c>DefaultOptimWrapperConstructor</c>, makes the groups).
/// </summary>
public sealed record MMActionNotebookRecipe : ValueAssignerRecipe
{
    internal override VitRow Row => VitRow.Notebook;
}
