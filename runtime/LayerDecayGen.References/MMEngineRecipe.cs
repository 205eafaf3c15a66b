using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// mmengine's groups: open-mmlab/mmengine, <c>mmengine/optim/optimizer/default_constructor.py</c>, <c>DefaultOptimWrapperConstructor</c>.
/// </summary>
/// <remarks>
/// Corrected without parity: a number at the edge of a custom key is a whole number; a key that hits nothing is an error; a <c>Conv2d</c>
/// of one channel is no depth-wise convolution while <c>Conv1d</c> and <c>Conv3d</c> can be; tensors without dimensions count as flat;
/// frozen parameters are left out; a member called <c>module</c> hides nothing; tied tensors are planned once. A custom key still replaces
/// every other option for the parameters it hits.
/// </remarks>
public sealed record MMEngineRecipe : IRecipe
{
    /// <summary>
    /// The <c>lr</c> of the optimizer's configuration, where it has one. Plans hold scales and do not need it; in parity a multiplier
    /// without it fails as in the reference.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>The <c>weight_decay</c> of the optimizer's configuration; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The parameter-wise options; null makes one group of everything.</summary>
    public ParamwiseOptions? Paramwise { get; init; }

    /// <summary>The classes that count as deformable convolutions; empty where the reference could not import them.</summary>
    public ImmutableArray<string> DeformableTypes { get; init; } = ["DeformConv2d", "ModulatedDeformConv2d"];

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "mmengine";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (WeightDecay is { } decay) Check.NotNegative(decay, nameof(WeightDecay));
        var notes = new Notes();
        var plan = Paramwise is { } options ? ByParameter(options, facts, notes) : OneGroup(facts, notes);
        return new Plan(plan) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private ImmutableArray<PlannedParameter> OneGroup(ModelFacts facts, Notes notes)
    {
        var met = InScope(facts, notes).Where(fact => fact.TiedTo is null).ToList();
        if (!Parity)
        {
            foreach (var fact in met.Where(fact => fact.Frozen))
                notes.AddNamed($"{Name}: grouped by the reference although frozen, left out here", fact.Name);
            met.RemoveAll(fact => fact.Frozen);
        }

        return [.. met.Select(fact => fact.Decide(null, 1, WeightDecay))];
    }

    private ImmutableArray<PlannedParameter> ByParameter(ParamwiseOptions options, ModelFacts facts, Notes notes)
    {
        options.Validate(facts, Parity);
        if (WeightDecay is null && options.NeedsWeightDecay(Parity))
        {
            throw new PlanException($"{nameof(WeightDecay)} is not set, but a decay multiplier is: there is nothing to multiply.");
        }

        var met = InScope(facts, notes).Where(fact => !fact.Frozen).ToList();
        if (Parity && !options.BypassDuplicates) Ties.RefuseDuplicates(met, facts);
        var rules = new ParamwiseRules(options, facts, Parity) { DeformableTypes = DeformableTypes };
        return [.. met.Where(fact => fact.TiedTo is null).Select(fact => Decide(fact, rules, notes))];
    }

    // A model with a member called 'module' is taken for a wrapper by the reference, which then sees that member alone.
    private IEnumerable<ParameterFact> InScope(ModelFacts facts, Notes notes)
    {
        if (!facts.Parameters.Any(p => p.Name.StartsWith(ParamwiseRules.Wrapper, StringComparison.Ordinal))) return facts.Parameters;
        if (Parity) return facts.Parameters.Where(p => p.Name.StartsWith(ParamwiseRules.Wrapper, StringComparison.Ordinal));
        foreach (var lost in facts.Parameters.Where(p => !p.Name.StartsWith(ParamwiseRules.Wrapper, StringComparison.Ordinal)))
        {
            notes.AddNamed($"{Name}: lost by the reference, which takes a member called 'module' for the whole model; planned here", lost.Name);
        }

        return facts.Parameters;
    }

    private PlannedParameter Decide(ParameterFact fact, ParamwiseRules rules, Notes notes)
    {
        var key = rules.KeyOf(fact, Name, notes);
        var rate = key is null ? rules.RateMultiplier(fact) : key.LearningRateMultiplier ?? 1;
        var decay = key is null ? rules.DecayMultiplier(fact, Name, notes) : key.DecayMultiplier ?? 1;
        if (Parity && LearningRate is null && rate is not null)
        {
            throw new PlanException($"{nameof(LearningRate)} is not set, but '{fact.Name}' has a multiplier for it: the reference fails on it.");
        }

        return fact.Decide(null, rate ?? 1, key?.WeightDecay ?? WeightDecay * (decay ?? 1)) with
        {
            LearningRate = key?.LearningRate * fact.LearningRateScale,
            Alone = Parity,
            Extra = key is null ? ImmutableSortedDictionary<string, object>.Empty : Parity ? key.Entries(withDecayMultiplier: true) : key.Extra,
        };
    }
}
