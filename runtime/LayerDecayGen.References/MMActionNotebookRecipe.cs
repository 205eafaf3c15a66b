using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// Layer decay as MMAction2 notebooks write it into <c>paramwise_cfg.custom_keys</c>: VideoMAEv2's rule for names below <c>backbone.</c>,
/// everything else at the top, one group a parameter (open-mmlab/mmengine, <c>DefaultOptimWrapperConstructor</c>, makes the groups).
/// </summary>
/// <remarks>Corrected without parity: as in <see cref="VideoMaeRecipe"/>.</remarks>
public sealed record MMActionNotebookRecipe : ValueAssignerRecipe
{
    /// <inheritdoc/>
    public override string Name => "MMAction notebook";

    private protected override string ReferencePrefix => "backbone.";

    private protected override bool IsExempt(ParameterFact fact) =>
        base.IsExempt(fact) || fact.Name.EndsWith(".scale", StringComparison.Ordinal);

    private protected override PlannedParameter Shape(PlannedParameter parameter, bool decayed) => parameter with { Alone = true };
}
