using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// What MAE, BEiT, VideoMAE and the rule of MMAction notebooks share: a plain ViT whose layers follow from parameter names, lr scale
/// <c>rate^(depth + 1 - layer)</c>, no weight decay for vectors and listed names.
/// </summary>
/// <remarks>
/// With <see cref="Parity"/> names alone decide, as in the reference, defects included. Without it the layers of an annotated model or of a
/// layer map win over names, the reference's defects are corrected, and each correction that changes something is one entry of
/// <see cref="Plan.Warnings"/>.
/// </remarks>
public abstract record VisionTransformerRecipe : IRecipe
{
    /// <summary>The rate in (0, 1]; null takes the one that the model declares.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The weight decay of decayed parameters, 0 or above.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Further names without weight decay. Without <see cref="Parity"/> an entry that matches nothing is an error.</summary>
    public ImmutableArray<string> NoWeightDecayNames { get; init; } = [];

    /// <summary>The number of blocks; null counts them by their names.</summary>
    public int? Depth { get; init; }

    /// <summary>
    /// What stands before the names that the rule knows, its dot included, for example <c>backbone.</c>; null finds it. Parity: the
    /// reference's own.
    /// </summary>
    public string? Prefix { get; init; }

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>The prefix that the reference expects.</summary>
    private protected virtual string ReferencePrefix => "";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        CheckOptions(facts);
        var notes = new Notes();
        var layers = Parity ? LiteralLayers(facts)
            : facts.Parameters.Any(p => p.Layer is not null) ? DeclaredLayers(facts)
            : CorrectedLayers(facts, notes);
        if (!Parity) EnsureListMatches(facts, layers.Prefix);
        var plan = facts.Trainable().Where(fact => !IsLeftOut(fact)).Select(fact => Decide(fact, layers, notes)).ToImmutableArray();
        return new Plan(plan) { Warnings = notes.ToImmutable(), Frozen = [.. facts.Trainable().Where(IsLeftOut)], Parity = Parity };
    }

    /// <summary>Rejects options that cannot hold, before anything is planned.</summary>
    private protected virtual void CheckOptions(ModelFacts facts)
    {
        if (Parity) Check.Finite(LayerDecay ?? facts.LayerDecay ?? 1, nameof(LayerDecay));
        else if ((LayerDecay ?? facts.LayerDecay) is { } rate) Check.Rate(rate, nameof(LayerDecay), facts);
        Check.NotNegative(WeightDecay, nameof(WeightDecay));
        if (Depth < 0) throw new PlanException($"{nameof(Depth)} is {Depth}: it must be the number of blocks, 0 or above.");
    }

    /// <summary>The layer that the reference reads off a name; null for the top.</summary>
    /// <param name="name">The name behind the prefix.</param>
    private protected abstract int? LayerOf(string name);

    /// <summary>The layer by the corrected rule; null for the top.</summary>
    /// <param name="name">The name behind the prefix.</param>
    private protected virtual int? CorrectedLayerOf(string name) => LayerOf(name);

    /// <summary>The index of the block that holds a parameter; null outside blocks.</summary>
    /// <param name="name">The name behind the prefix.</param>
    private protected virtual int? BlockOf(string name) => VitNames.BlockOf(name, "blocks");

    /// <summary>The layer of a name that starts with <c>blocks</c>; null for the top.</summary>
    private protected int? Blocks(string name) => !name.StartsWith("blocks", StringComparison.Ordinal) ? null
        : 1 + (Parity ? VitNames.LiteralBlock(name) : BlockOf(name));

    /// <summary>Whether the reference exempts a parameter from weight decay by shape or name.</summary>
    private protected abstract bool IsExempt(ParameterFact fact);

    /// <summary>Whether an entry of <see cref="NoWeightDecayNames"/> means a name behind the prefix.</summary>
    private protected virtual bool IsListed(string entry, string name) => !Parity && entry == name;

    /// <summary>Whether the recipe leaves a trainable parameter out of every group.</summary>
    private protected virtual bool IsLeftOut(ParameterFact fact) => false;

    /// <summary>Shapes a decision as the reference does: groups by layer and kind of decay.</summary>
    private protected virtual PlannedParameter Shape(PlannedParameter parameter, bool decayed) => Parity
        ? parameter with { Group = (parameter.Layer is { } layer ? $"layer_{layer}_" : "") + (decayed ? "decay" : "no_decay") }
        : parameter;

    /// <summary>The scales by layer, the stem first.</summary>
    private protected virtual ImmutableArray<double> Scales(ModelFacts facts, int depth)
    {
        var rate = LayerDecay ?? facts.LayerDecay ?? Check.Rate(null, nameof(LayerDecay), facts);
        return [.. Enumerable.Range(0, depth + 2).Select(layer => Math.Pow(rate, depth + 1 - layer))];
    }

    /// <summary>The scale of a layer; a literal reading can meet a layer above the top.</summary>
    private protected virtual double ScaleOf(int layer, ImmutableArray<double> scales, ParameterFact fact) =>
        layer < scales.Length ? scales[layer] : throw new PlanException(
            $"'{fact.Name}' is in layer {layer}, but {nameof(Depth)} gives layers 0 to {scales.Length - 1}: set {nameof(Depth)} to the number of blocks.");

    /// <summary>What the layers of a literal reading need of the model.</summary>
    private protected virtual int LiteralDepth(ModelFacts facts) => Depth ?? CountBlocks(facts, ReferencePrefix);

    private LayerReading LiteralLayers(ModelFacts facts)
    {
        var scales = Scales(facts, LiteralDepth(facts));
        var prefix = Prefix ?? ReferencePrefix;
        return new(prefix, scales, fact => VitNames.Below(prefix, fact.Name) is { } name ? LayerOf(name) : null);
    }

    private LayerReading DeclaredLayers(ModelFacts facts) =>
        new(Prefix ?? "", Scales(facts, facts.LastLayer() - 1), fact => facts.LayerOf(fact));

    private LayerReading CorrectedLayers(ModelFacts facts, Notes notes)
    {
        var prefix = Prefix ?? VitNames.FindPrefix(facts, ReferencePrefix, BlockOf);
        if (prefix != ReferencePrefix)
        {
            notes.Add($"{Name}: the reference reads layers off names that start with '{ReferencePrefix}'; here they start with '{prefix}', which would "
                + "have put every parameter at scale 1. The prefix was taken off.");
        }

        var depth = CountBlocks(facts, prefix);
        if (Depth is { } stated && stated != depth)
        {
            notes.Add($"{Name}: {nameof(Depth)} says {stated} blocks, the model has {depth}; scales follow the model. The reference would have given "
                + "blocks a wrong scale, or failed.");
        }

        return new(prefix, Scales(facts, depth), fact => LayerBelow(prefix, fact, notes));
    }

    private int? LayerBelow(string prefix, ParameterFact fact, Notes notes)
    {
        if (VitNames.Below(prefix, fact.Name) is not { } name) return null;
        var layer = CorrectedLayerOf(name);
        if (layer != LayerOf(name))
            notes.AddNamed($"{Name}: read into a wrong layer by the reference's rule of names, corrected here", fact.Name);
        return layer;
    }

    private int CountBlocks(ModelFacts facts, string prefix) =>
        1 + facts.Parameters.Max(p => VitNames.Below(prefix, p.Name) is { } name ? BlockOf(name) ?? -1 : -1);

    private PlannedParameter Decide(ParameterFact fact, LayerReading layers, Notes notes)
    {
        var last = layers.Scales.Length - 1;
        int? layer = layers.Scales.IsEmpty ? null : layers.LayerOf(fact) ?? last;
        var decayed = !fact.NoWeightDecay && !IsListed(fact, layers.Prefix) && !IsExempt(fact);
        if (!Parity && decayed && (fact.Dimensions == 0 || fact.LastSegment == "bias"))
        {
            notes.AddNamed($"{Name}: decayed by the reference although without dimensions or a bias, exempt here", fact.Name);
            decayed = false;
        }

        return Shape(fact.Decide(layer, layer is { } l ? ScaleOf(l, layers.Scales, fact) : 1, WeightDecay, decayed), decayed);
    }

    private bool IsListed(ParameterFact fact, string prefix) => NoWeightDecayNames.Contains(fact.Name)
        || (VitNames.Below(prefix, fact.Name) is { } name && NoWeightDecayNames.Any(entry => IsListed(entry, name)));

    private void EnsureListMatches(ModelFacts facts, string prefix) => NameList.EnsureEachMatches(
        NoWeightDecayNames, facts, nameof(NoWeightDecayNames), (entry, name) => entry == name || (VitNames.Below(prefix, name) is { } below && IsListed(entry, below)));

    private sealed record LayerReading(string Prefix, ImmutableArray<double> Scales, Func<ParameterFact, int?> LayerOf);
}
