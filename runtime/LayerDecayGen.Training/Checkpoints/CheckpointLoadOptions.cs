namespace LayerDecayGen.Training;

/// <summary>What may differ between a checkpoint and what it is loaded into. Everything else that differs is an error.</summary>
public sealed class CheckpointLoadOptions
{
    /// <summary>
    /// Parts by name that the file or this checkpoint may lack, as in <c>["schedules", "average"]</c>. A part that the file lacks keeps its
    /// present state.
    /// </summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>
    /// Sections that may be missing or of another shape in the file, as in <c>[groups.Head]</c>. They keep their weights, their optimizer state
    /// and their averages where they do not fit.
    /// </summary>
    public IReadOnlyList<SectionView> Partly { get; init; } = [];

    /// <summary>
    /// The same by patterns of names, also for tensors of the file that the model no longer has: <c>["blocks.11.**"]</c>. <c>*</c> stands for
    /// one part of a name between dots, <c>**</c> for anything.
    /// </summary>
    public IReadOnlyList<string> PartlyNamed { get; init; } = [];
}
