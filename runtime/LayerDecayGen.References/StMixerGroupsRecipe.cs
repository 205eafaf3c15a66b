namespace LayerDecayGen.References;

/// <summary>
/// STMixer's groups of a backbone: MCG-NJU/STMixer, <c>alphaction/solver/build.py</c>, <c>get_parameter_groups</c>. As VideoMAE, with names
/// below <c>encoder.</c> read too and everything outside the encoder scaled once more. <see cref="StMixerRecipe"/> is the whole of
/// <c>make_optimizer</c>.
/// </summary>
/// <remarks>
/// Corrected without parity: tokens and position tables of the encoder are the stem, and the list of names without decay reaches into it.
/// </remarks>
public sealed record StMixerGroupsRecipe : ValueAssignerRecipe
{
    private const string Encoder = "encoder.";

    /// <summary>The factor on the scale of what is not below <c>encoder.</c> (<c>lr_scale</c>); STMixer itself never passes one.</summary>
    public double OthersScale { get; init; } = 1;

    /// <inheritdoc/>
    public override string Name => "STMixer";

    private protected override void CheckOptions(ModelFacts facts)
    {
        base.CheckOptions(facts);
        Check.NotNegative(OthersScale, nameof(OthersScale));
    }

    private protected override int? LayerOf(string name) =>
        name.StartsWith(Encoder + "patch_embed", StringComparison.Ordinal) ? 0
        : base.LayerOf(name.StartsWith(Encoder + "blocks", StringComparison.Ordinal) ? InEncoder(name) : name);

    private protected override int? CorrectedLayerOf(string name) => base.CorrectedLayerOf(InEncoder(name));

    private protected override int? BlockOf(string name) => base.BlockOf(InEncoder(name));

    private protected override bool IsListed(string entry, string name) =>
        base.IsListed(entry, name) || (!Parity && entry == InEncoder(name));

    private protected override PlannedParameter Shape(PlannedParameter parameter, bool decayed)
    {
        var isEncoder = parameter.Fact.Name.StartsWith(Encoder, StringComparison.Ordinal);
        var planned = base.Shape(parameter, decayed);
        return planned with
        {
            Group = planned.Group is { } group ? group + (isEncoder ? "_encoder" : "_others") : null,
            LearningRateScale = planned.LearningRateScale * (isEncoder ? 1 : OthersScale),
        };
    }

    private static string InEncoder(string name) => VitNames.Below(Encoder, name) ?? name;
}
