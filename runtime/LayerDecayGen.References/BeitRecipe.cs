using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// BEiT's groups: microsoft/unilm, <c>beit</c>, <c>beit2</c> and <c>beit3</c>, each <c>optim_factory.py</c>, <c>get_parameter_groups</c>.
/// In BEiT-3 every name with <c>embed</c> in it is the stem there, below a block or a head as well.
/// </summary>
public sealed record BeitRecipe : ValueAssignerRecipe
{
    /// <summary>1, 2 or 3.</summary>
    public int Version { get; init; } = 1;

    /// <summary>BEiT-2's <c>filter_name</c>: parameters whose name contains one of these are in no group and not trained.</summary>
    public ImmutableArray<string> FilterNames { get; init; } = [];

    /// <inheritdoc/>
    public override string Name => Version == 1 ? "BEiT" : $"BEiT-{Version}";

    internal override VitRow Row => Version switch
    {
        _ when Version != 2 && !FilterNames.IsEmpty =>
            throw new PlanException($"{nameof(FilterNames)} belongs to BEiT-2; {nameof(Version)} is {Version}."),
        1 => VitRow.Beit,
        2 => VitRow.Beit2,
        3 => VitRow.Beit3,
        _ => throw new PlanException($"{nameof(Version)} is {Version}: BEiT has versions 1, 2 and 3."),
    };

    internal override bool IsLeftOut(ParameterFact fact) => FilterNames.Any(f => fact.Name.Contains(f, StringComparison.Ordinal));
}
