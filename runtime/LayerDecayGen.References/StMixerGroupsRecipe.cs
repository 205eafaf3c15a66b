namespace LayerDecayGen.References;

/// <summary>
/// STMixer's groups of a backbone: MCG-NJU/STMixer, <c>alphaction/solver/build.py</c>, <c>get_parameter_groups</c>. As VideoMAE, with names
/// below <c>encoder.</c> read too and everything outside the encoder scaled once more; tokens, position tables and the list of names do not
/// reach into the encoder there. <see cref="StMixerRecipe"/> is the whole of <c>make_optimizer</c>.
/// </summary>
public sealed record StMixerGroupsRecipe : ValueAssignerRecipe
{
    /// <summary>The factor on the scale of what is not below <c>encoder.</c> (<c>lr_scale</c>); STMixer itself never passes one.</summary>
    public double OthersScale { get; init; } = 1;

    internal override VitRow Row => VitRow.StMixer;

    internal override double FurtherScale(ParameterFact fact) =>
        IsEncoder(fact) ? 1 : Require.NotNegative(OthersScale, nameof(OthersScale));

    internal override string? LiteralGroup(PlannedParameter parameter, bool decayed) =>
        base.LiteralGroup(parameter, decayed) + (IsEncoder(parameter.Fact) ? "_encoder" : "_others");

    private static bool IsEncoder(ParameterFact fact) => fact.Name.StartsWith("encoder.", StringComparison.Ordinal);
}
