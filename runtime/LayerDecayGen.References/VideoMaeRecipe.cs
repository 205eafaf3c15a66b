namespace LayerDecayGen.References;

/// <summary>
/// VideoMAE's groups: MCG-NJU/VideoMAE and OpenGVLab/VideoMAEv2, each <c>optim_factory.py</c>, <c>get_parameter_groups</c>. The second
/// version exempts names that end with <c>.scale</c> as well.
/// </summary>
public sealed record VideoMaeRecipe : ValueAssignerRecipe
{
    /// <summary>1 or 2.</summary>
    public int Version { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => Version == 1 ? "VideoMAE" : $"VideoMAEv{Version}";

    internal override VitRow Row => Version switch
    {
        1 => VitRow.VideoMae,
        2 => VitRow.VideoMae2,
        _ => throw new PlanException($"{nameof(Version)} is {Version}: VideoMAE has versions 1 and 2."),
    };
}
