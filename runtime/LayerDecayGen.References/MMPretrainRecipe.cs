namespace LayerDecayGen.References;

/// <summary>
/// mmpretrain's groups, one a parameter: open-mmlab/mmpretrain,
/// <c>mmpretrain/engine/optimizers/layer_decay_optim_wrapper_constructor.py</c>,
/// <c>LearningRateDecayOptimWrapperConstructor</c>, with the <c>get_layer_depth</c> of its backbones.
/// </summary>
/// <remarks>
/// Corrected without parity: <c>lr_mult</c>, bias rate and depth-wise multipliers act; custom keys see a dot before top-level names and
/// whole numbers, and each must hit something; backbone names keep their layers below any prefix; HiViT's blocks are layers; no scale
/// passes 1; tied tensors are planned once. The layers of an annotated model win over names.
/// </remarks>
public sealed record MMPretrainRecipe : IRecipe
{
    private const string ReferencePrefix = "backbone.";

    /// <summary><c>layer_decay_rate</c>, in (0, 1]; null takes the one that the model declares, else 1 as the reference does.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>The <c>weight_decay</c> of the optimizer's configuration. The reference fails without one.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The parameter-wise options.</summary>
    public ParamwiseOptions Paramwise { get; init; } = new();

    /// <summary>The backbone, whose rule reads layers off names; not needed for an annotated model without parity.</summary>
    public MMPretrainBackbone? Backbone { get; init; }

    /// <summary>What stands before the backbone's names, its dot included; null finds it. Parity: <c>backbone.</c>.</summary>
    public string? Prefix { get; init; }

    /// <summary>Whether every parameter gets a group of its own, as in the reference; in parity it always does.</summary>
    public bool OneGroupPerParameter { get; init; }

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "mmpretrain";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var rate = LayerDecay ?? facts.LayerDecay ?? 1;
        if (Parity) Check.Finite(rate, nameof(LayerDecay));
        else Check.Rate(rate, nameof(LayerDecay), facts);
        CheckOptions(facts);
        var notes = new Notes();
        var depth = Depths(facts, notes);
        var rules = new ParamwiseRules(Effective(notes), facts, Parity);
        var met = facts.Parameters.Where(fact => !fact.Frozen).ToList();
        if (Parity) Ties.RefuseDuplicates(met, facts);
        var plan = met.Where(fact => fact.TiedTo is null).Select(fact => Decide(fact, rate, depth, rules, notes));
        return new Plan([.. plan]) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private void CheckOptions(ModelFacts facts)
    {
        if (WeightDecay is { } decay) Check.NotNegative(decay, nameof(WeightDecay));
        Paramwise.Validate(facts, Parity);
        if (WeightDecay is null && (Parity || Paramwise.NeedsWeightDecay(Parity)))
        {
            throw new PlanException($"{nameof(WeightDecay)} is not set: {(Parity ? "the reference fails without it" : "a decay multiplier has nothing to multiply")}.");
        }
    }

    // What the reference ignores without a word.
    private ParamwiseOptions Effective(Notes notes)
    {
        if (Parity) return Paramwise with { DepthwiseDecayMultiplier = null };
        if ((Paramwise.DepthwiseDecayMultiplier ?? Paramwise.BiasLearningRateMultiplier) is not null)
        {
            notes.Add($"{Name}: the reference ignores bias_lr_mult and dwconv_decay_mult; they act here.");
        }

        return Paramwise;
    }

    private LayerDepthReading Depths(ModelFacts facts, Notes notes)
    {
        if (!Parity && facts.Parameters.Any(p => p.Layer is not null)) return new(facts.LastLayer() + 1, facts.LayerOf);
        if (Backbone is not { } backbone)
        {
            throw new PlanException($"{nameof(Backbone)} is not set and {facts.ModelName} declares no layers: say which backbone's rule reads its names.");
        }

        var prefix = Prefix ?? (Parity ? ReferencePrefix : VitNames.FindPrefix(facts, ReferencePrefix, name => LayerDepths.Probe(backbone, name)));
        if (prefix != ReferencePrefix)
        {
            notes.Add($"{Name}: the reference knows backbone names below '{ReferencePrefix}' only; here they stand below '{prefix}', which would have put every "
                + "parameter at scale 1. The prefix was taken off.");
        }

        return LayerDepths.Read(backbone, facts, prefix, Parity, (fact, what) => notes.AddNamed($"{Name}: {what}", fact.Name));
    }

    private PlannedParameter Decide(ParameterFact fact, double rate, LayerDepthReading depth, ParamwiseRules rules, Notes notes)
    {
        var layer = depth.LayerOf(fact);
        var dotted = fact.Name.Contains('.', StringComparison.Ordinal) ? fact.Name : "." + fact.Name;
        var key = rules.Resolve(fact.Name, dotted, fact, Name, notes);
        var decay = key is null ? rules.DecayMultiplier(fact, Name, notes) ?? 1 : key.DecayMultiplier ?? 1;
        var scale = Math.Pow(rate, depth.Count - layer - 1);
        var planned = fact.Decide(layer, scale * Multiplier(fact, key, rules, notes), key?.WeightDecay ?? WeightDecay * decay) with
        {
            Alone = Parity || OneGroupPerParameter,
        };
        if (key is null) return planned;
        return planned with
        {
            Extra = Parity ? key.Entries(withDecayMultiplier: false) : key.Extra,
            LearningRate = Parity ? null : key.LearningRate * fact.LearningRateScale,
        };
    }

    private double Multiplier(ParameterFact fact, CustomKey? key, ParamwiseRules rules, Notes notes)
    {
        if (Parity) return 1;
        if (key?.LearningRateMultiplier is not null)
        {
            notes.AddNamed($"{Name}: lr_mult of '{key.Key}' is copied but not applied by the reference; it acts here", fact.Name);
        }

        return key is null ? rules.RateMultiplier(fact) ?? 1 : key.LearningRateMultiplier ?? 1;
    }
}
