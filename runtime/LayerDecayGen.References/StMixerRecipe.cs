using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// STMixer's optimizer groups: MCG-NJU/STMixer, <c>alphaction/solver/build.py</c>, <c>make_optimizer</c>, for ViT backbones and for others.
/// They do not depend on which of SGD, Adam and AdamW is made from them.
/// </summary>
/// <remarks>
/// Corrected without parity: the lr scale acts (nothing in the reference reads it); the rest outside the backbone leaves frozen parameters
/// out and does not decay norms, biases and vectors; names outside the backbone that merely contain <c>backbone</c> are trained; other
/// backbones know norms by type. In parity every rate is
/// <see cref="BaseLearningRate"/>, whatever the scale says.
/// </remarks>
public sealed record StMixerRecipe : IRecipe
{
    private const string Backbone = "backbone.";

    /// <summary><c>SOLVER.BASE_LR</c>; parity needs it, because every group gets it outright.</summary>
    public double? BaseLearningRate { get; init; }

    /// <summary>Whether the backbone is a ViT; others get norms and non-norms as two groups and no layer decay.</summary>
    public bool IsVisionTransformer { get; init; } = true;

    /// <summary><c>ViT.LAYER_DECAY</c>; null takes the one that the model declares. In parity 1 and above means none.</summary>
    public double? LayerDecay { get; init; }

    /// <summary><c>ViT.DEPTH</c>; null counts the blocks.</summary>
    public int? Depth { get; init; }

    /// <summary><c>ViT.WEIGHT_DECAY</c>: the weight decay of a ViT backbone.</summary>
    public double BackboneWeightDecay { get; init; }

    /// <summary><c>ViT.NO_WEIGHT_DECAY</c>: names in the backbone that are not decayed.</summary>
    public ImmutableArray<string> NoWeightDecayNames { get; init; } = [];

    /// <summary><c>SOLVER.WEIGHT_DECAY</c>: the weight decay of the rest.</summary>
    public required double WeightDecay { get; init; }

    /// <summary><c>SOLVER.WEIGHT_DECAY_BN</c>: the weight decay of a non-ViT backbone's norms.</summary>
    public double NormWeightDecay { get; init; }

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "STMixer";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Check.NotNegative(BackboneWeightDecay, nameof(BackboneWeightDecay));
        Check.NotNegative(WeightDecay, nameof(WeightDecay));
        Check.NotNegative(NormWeightDecay, nameof(NormWeightDecay));
        if (Parity && BaseLearningRate is null)
            throw new PlanException($"{nameof(BaseLearningRate)} is not set: in parity every group gets it.");
        var notes = new Notes();
        var plan = IsVisionTransformer ? [.. OfBackbone(facts, notes), .. OfRest(facts, notes)] : OfOtherBackbone(facts, notes);
        return new Plan([.. plan.Select(Rated)]) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    // The scale is stored and read by nobody.
    private PlannedParameter Rated(PlannedParameter planned) => Parity ? planned with { LearningRate = BaseLearningRate } : planned;

    private IEnumerable<PlannedParameter> OfBackbone(ModelFacts facts, Notes notes)
    {
        var inBackbone = facts.Parameters.Where(p => p.Name.StartsWith(Backbone, StringComparison.Ordinal)).ToDictionary(
            p => p.Name[Backbone.Length..], StringComparer.Ordinal);
        if (inBackbone.Count == 0)
            throw new PlanException($"{facts.ModelName} has no parameter below '{Backbone}', where STMixer's rule expects the ViT.");
        var rate = LayerDecay ?? facts.LayerDecay ?? Check.Rate(null, nameof(LayerDecay), facts);
        var plan = new StMixerGroupsRecipe
        {
            LayerDecay = rate,
            UseLayerDecay = !Parity || rate < 1,
            Depth = Depth,
            WeightDecay = BackboneWeightDecay,
            NoWeightDecayNames = NoWeightDecayNames,
            Parity = Parity,
        }.Plan(facts with { Parameters = [.. inBackbone.Select(p => p.Value with { Name = p.Key })] });
        foreach (var warning in plan.Warnings) notes.Add(warning);
        if (!Parity && rate < 1) notes.Add($"{Name}: the reference stores the lr scale and nothing reads it, so that its layer decay has no effect; it acts here.");
        return plan.Parameters.Select(p => p with { Fact = inBackbone[p.Fact.Name] });
    }

    private IEnumerable<PlannedParameter> OfRest(ModelFacts facts, Notes notes)
    {
        var outside = facts.Parameters.Where(p => p.TiedTo is null && !p.Name.StartsWith(Backbone, StringComparison.Ordinal));
        if (Parity)
        {
            return outside.Where(p => !p.Name.Contains("backbone", StringComparison.Ordinal)).Select(p => p.Decide(null, 1, WeightDecay) with { Group = "rest_parameters" });
        }

        return outside.Where(fact => !IsLeftOut(fact, notes)).Select(fact => OfRest(fact, notes));
    }

    private PlannedParameter OfRest(ParameterFact fact, Notes notes)
    {
        if (fact.Name.Contains("backbone", StringComparison.Ordinal))
        {
            notes.AddNamed($"{Name}: never trained by the reference because the name contains 'backbone'; trained here", fact.Name);
        }

        var exempt = fact.Dimensions <= 1 || fact.LastSegment == "bias" || ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm;
        if (exempt)
            notes.AddNamed($"{Name}: decayed by the reference among the rest although a norm, bias or vector; exempt here", fact.Name);
        return fact.Decide(null, 1, WeightDecay, decayed: !exempt);
    }

    private IEnumerable<PlannedParameter> OfOtherBackbone(ModelFacts facts, Notes notes)
    {
        var met = facts.Parameters.Where(p => p.TiedTo is null && (Parity || !IsLeftOut(p, notes))).ToLookup(p => IsNorm(p, notes));
        return met[true].Select(p => p.Decide(null, 1, NormWeightDecay) with { Group = Parity ? "bn_parameters" : null })
            .Concat(met[false].Select(p => p.Decide(null, 1, WeightDecay) with { Group = Parity ? "non_bn_parameters" : null }));
    }

    private bool IsNorm(ParameterFact fact, Notes notes)
    {
        var byName = fact.Name.Contains("backbone", StringComparison.Ordinal) && fact.Name.Contains("bn", StringComparison.Ordinal);
        if (Parity) return byName;
        var byType = ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm;
        if (byName != byType) notes.AddNamed($"{Name}: a norm by name and not by type for the reference; by type here", fact.Name);
        return byType;
    }

    private bool IsLeftOut(ParameterFact fact, Notes notes)
    {
        if (fact.Frozen) notes.AddNamed($"{Name}: grouped by the reference although frozen, left out here", fact.Name);
        return fact.Frozen;
    }
}
