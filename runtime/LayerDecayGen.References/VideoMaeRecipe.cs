namespace LayerDecayGen.References;

/// <summary>
/// VideoMAE's groups: MCG-NJU/VideoMAE and OpenGVLab/VideoMAEv2, each <c>optim_factory.py</c>, <c>get_parameter_groups</c>. The second
/// version exempts names that end with <c>.scale</c> as well.
/// </summary>
/// <remarks>
/// Corrected without parity: zero-dimensional tensors are not decayed; names below a prefix keep their layers; a stated depth that is not
/// the model's.
/// </remarks>
public sealed record VideoMaeRecipe : ValueAssignerRecipe
{
    /// <summary>1 or 2.</summary>
    public int Version { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => Version == 1 ? "VideoMAE" : $"VideoMAEv{Version}";

    private protected override void CheckOptions(ModelFacts facts)
    {
        base.CheckOptions(facts);
        if (Version is not (1 or 2)) throw new PlanException($"{nameof(Version)} is {Version}: VideoMAE has versions 1 and 2.");
    }

    private protected override bool IsExempt(ParameterFact fact) =>
        base.IsExempt(fact) || (Version == 2 && fact.Name.EndsWith(".scale", StringComparison.Ordinal));
}
