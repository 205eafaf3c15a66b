using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// BEiT's groups: microsoft/unilm, <c>beit</c>, <c>beit2</c> and <c>beit3</c>, each <c>optim_factory.py</c>, <c>get_parameter_groups</c>.
/// </summary>
/// <remarks>
/// Corrected without parity: zero-dimensional tensors are not decayed (BEiT-2 says so itself); names below a prefix keep their layers; a
/// stated depth that is not the model's; in BEiT-3 <c>embed</c> below a block, a head or a decoder is not the stem.
/// </remarks>
public sealed record BeitRecipe : ValueAssignerRecipe
{
    /// <summary>1, 2 or 3.</summary>
    public int Version { get; init; } = 1;

    /// <summary>BEiT-2's <c>filter_name</c>: parameters whose name contains one of these are in no group and not trained.</summary>
    public ImmutableArray<string> FilterNames { get; init; } = [];

    /// <inheritdoc/>
    public override string Name => Version == 1 ? "BEiT" : $"BEiT-{Version}";

    private protected override void CheckOptions(ModelFacts facts)
    {
        base.CheckOptions(facts);
        if (Version is not (1 or 2 or 3)) throw new PlanException($"{nameof(Version)} is {Version}: BEiT has versions 1, 2 and 3.");
        if (Version != 2 && !FilterNames.IsEmpty)
            throw new PlanException($"{nameof(FilterNames)} belongs to BEiT-2; {nameof(Version)} is {Version}.");
    }

    private protected override int? LayerOf(string name)
    {
        if (Version != 3) return base.LayerOf(name);
        return name.Contains("embed", StringComparison.Ordinal) ? 0 : Beit3Block(name);
    }

    private protected override int? CorrectedLayerOf(string name)
    {
        if (Version != 3) return base.CorrectedLayerOf(name);
        if (BlockOf(name) is { } block) return block + 1;
        var belongsAbove = name.Split('.').Any(s => s.StartsWith("head", StringComparison.Ordinal) || s.StartsWith("decoder", StringComparison.Ordinal));
        return belongsAbove ? null : LayerOf(name);
    }

    private protected override int? BlockOf(string name)
    {
        if (Version != 3) return base.BlockOf(name);
        var segments = name.Split('.');
        var at = Array.IndexOf(segments, "layers");
        return at >= 0 && at + 1 < segments.Length && VitNames.IsNumber(segments[at + 1], out var index) ? index : null;
    }

    private protected override bool IsExempt(ParameterFact fact) => base.IsExempt(fact) || (Version == 2 && fact.Dimensions == 0);

    private protected override bool IsLeftOut(ParameterFact fact) => FilterNames.Any(f => fact.Name.Contains(f, StringComparison.Ordinal));

    private static int? Beit3Block(string name)
    {
        if (name is "cls_token" or "mask_token" || name.StartsWith("patch_embed", StringComparison.Ordinal)) return 0;
        if (name.StartsWith("rel_pos_bias", StringComparison.Ordinal)) return null;
        var at = name.IndexOf("layers.", StringComparison.Ordinal);
        if (at < 0) return null;
        var rest = name[(at + "layers.".Length)..];
        return VitNames.IsNumber(rest.Split('.')[0], out var index) ? index + 1 : throw new PlanException(
            $"'{name}' contains 'layers.' without a number behind it: the reference fails on it.");
    }
}
