using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// What MAE, BEiT, VideoMAE, STMixer and MMAction2 share: a plain ViT whose layers follow from parameter names, lr scale
/// <c>rate^(depth + 1 - layer)</c>, no weight decay for vectors and listed names.
/// </summary>
/// <remarks>
/// With <see cref="ReferenceRecipe.Parity"/> names alone decide, as in the reference. Without it the layers of an annotated model or of a
/// layer map win over names; names keep their layers below any prefix; tokens are the stem; the depth is the model's; biases and
/// parameters without dimensions are not decayed.
/// </remarks>
public abstract record VisionTransformerRecipe : ReferenceRecipe
{
    /// <summary>The rate in (0, 1]; null takes the one that the model declares.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The weight decay of decayed parameters, 0 or above.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>The reference's list of names without weight decay. An entry that this model lacks is a warning.</summary>
    public ImmutableArray<string> NoWeightDecayNames { get; init; } = [];

    /// <summary>The number of blocks; null counts them by their names.</summary>
    public int? Depth { get; init; }

    /// <summary>
    /// What stands before the names that the rule knows, its dot included, for example <c>backbone.</c>; null finds it. Parity: the
    /// reference's own.
    /// </summary>
    public string? Prefix { get; init; }

    /// <inheritdoc/>
    public override string Name => Row.Name;

    internal abstract VitRow Row { get; }

    internal override Plan Literal(ModelFacts facts)
    {
        var (row, prefix) = (Row, Prefix ?? Row.Prefix);
        if (row.CountsTopLevelBlocks && Depth != 0 && !facts.Parameters.Any(p => p.Name.StartsWith("blocks.", StringComparison.Ordinal)))
            throw new PlanException($"{facts.ModelName} has no 'blocks' at its top level, which the reference counts.");
        var scales = Scales(facts, Depth ?? CountBlocks(facts, row.Prefix));
        return Planned(
            facts, scales, fact => VitNames.Below(prefix, fact.Name) is { } name ? row.LiteralLayer(name) : null,
            fact => row.IsExempt(fact) || NoWeightDecayNames.Contains(fact.Name), LiteralGroup);
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        if ((LayerDecay ?? facts.LayerDecay) is { } rate) Require.Decay(rate, nameof(LayerDecay));
        var (row, declared) = (Row, facts.Parameters.Any(p => p.Layer is not null));
        var prefix = Prefix ?? (declared ? "" : VitNames.FindPrefix(facts, row.Prefix, row.BlockOf));
        var layers = declared ? facts.LastLayer() + 1 : CountBlocks(facts, prefix) + 2;
        var scales = Scales(facts, layers - 2);
        if (!scales.IsEmpty && scales.Length != layers)
            throw new PlanException($"{nameof(ValueAssignerRecipe.LayerScales)} has {scales.Length} values; {facts.ModelName} has {layers} layers.");
        var plan = Planned(
            facts, scales,
            fact => declared ? facts.LayerOf(fact) : VitNames.Below(prefix, fact.Name) is { } name ? row.CorrectedLayer(name) : null,
            fact => row.IsExempt(fact) || fact.Dimensions == 0 || fact.LastSegment == "bias"
                || NoWeightDecayNames.Any(entry => IsListed(entry, fact.Name)),
            (_, _) => null);
        return plan.WithUnmatched(Name, NoWeightDecayNames, facts, nameof(NoWeightDecayNames), IsListed);

        bool IsListed(string entry, string name) =>
            entry == name || (VitNames.Below(prefix, name) is { } below && (entry == below || entry == row.Inner(below)));
    }

    /// <summary>The scales by layer, the stem first; empty for no layers at all.</summary>
    internal virtual ImmutableArray<double> Scales(ModelFacts facts, int depth)
    {
        var rate = Require.Finite(LayerDecay ?? facts.LayerDecay ?? throw NoRate(facts), nameof(LayerDecay));
        return [.. Enumerable.Range(0, depth + 2).Select(layer => Math.Pow(rate, depth + 1 - layer))];
    }

    /// <summary>Whether the recipe leaves a trainable parameter out of every group.</summary>
    internal virtual bool IsLeftOut(ParameterFact fact) => false;

    /// <summary>A further factor on the lr scale.</summary>
    internal virtual double FurtherScale(ParameterFact fact) => 1;

    /// <summary>The name of a parameter's group as the reference forms it.</summary>
    internal virtual string? LiteralGroup(PlannedParameter parameter, bool decayed) =>
        Row.OneGroupPerParameter ? null : (parameter.Layer is { } layer ? $"layer_{layer}_" : "") + (decayed ? "decay" : "no_decay");

    internal static PlanException NoRate(ModelFacts facts) => new(
        $"{nameof(LayerDecay)} is not set and {facts.ModelName} declares no rate: set {nameof(LayerDecay)}, or write [LayerDecay(rate)] on the model.");

    private Plan Planned(
        ModelFacts facts, ImmutableArray<double> scales, Func<ParameterFact, int?> layerOf, Func<ParameterFact, bool> isExempt,
        Func<PlannedParameter, bool, string?> group)
    {
        Require.NotNegative(WeightDecay, nameof(WeightDecay));
        if (Depth is { } depth) Require.AtLeast(depth, 0, nameof(Depth));
        var trainable = facts.Trainable().ToLookup(IsLeftOut);
        return trainable[false].Select(Decide).ToPlan() with { Frozen = [.. trainable[true]] };

        PlannedParameter Decide(ParameterFact fact)
        {
            int? layer = scales.IsEmpty ? null : layerOf(fact) ?? scales.Length - 1;
            var scale = (layer is { } l ? ScaleOf(l, scales, fact) : 1) * FurtherScale(fact);
            var decayed = !fact.NoWeightDecay && !isExempt(fact);
            var planned = fact.Decide(layer, scale, WeightDecay, decayed) with { Alone = Row.OneGroupPerParameter };
            return planned with { Group = group(planned, decayed) };
        }
    }

    private double ScaleOf(int layer, ImmutableArray<double> scales, ParameterFact fact) => layer < scales.Length ? scales[layer]
        : Row.ScalesAboveTop ? Math.Pow(LayerDecay!.Value, scales.Length - 1 - layer)
        : throw new PlanException(
            $"'{fact.Name}' is in layer {layer}, but {nameof(Depth)} gives layers 0 to {scales.Length - 1}: set {nameof(Depth)} to the number of blocks.");

    private int CountBlocks(ModelFacts facts, string prefix) => 1 + facts.Parameters
        .Select(p => VitNames.Below(prefix, p.Name) is { } name ? Row.BlockOf(name) ?? -1 : -1).DefaultIfEmpty(-1).Max();
}

/// <summary>
/// What BEiT, VideoMAE and STMixer share: <c>get_parameter_groups</c> with a <c>LayerDecayValueAssigner</c>, whose scales a caller may
/// state outright.
/// </summary>
public abstract record ValueAssignerRecipe : VisionTransformerRecipe
{
    /// <summary>Whether layers are scaled at all; without it there are two groups, decayed and not, at scale 1.</summary>
    public bool UseLayerDecay { get; init; } = true;

    /// <summary>The scales by layer, the stem first and the top last; empty computes them from rate and depth.</summary>
    public ImmutableArray<double> LayerScales { get; init; } = [];

    internal override ImmutableArray<double> Scales(ModelFacts facts, int depth)
    {
        foreach (var scale in LayerScales) Require.NotNegative(scale, nameof(LayerScales));
        return !UseLayerDecay ? [] : LayerScales.IsEmpty ? base.Scales(facts, depth) : LayerScales;
    }
}
