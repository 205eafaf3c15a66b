using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's groups for Swin, one a parameter: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/swin_optim_wrapper_constructor.py</c>,
/// <c>SwinOptimWrapperConstructor</c>. The factors of all keys that hit a name multiply.
/// </summary>
/// <remarks>
/// Corrected without parity: frozen parameters are left out, numbers in keys are whole, a key that hits nothing is an error, and the text
/// <c>base.</c> that the reference puts before every name is not searched; tied tensors are planned once.
/// </remarks>
public sealed record MMActionSwinRecipe : IRecipe
{
    /// <summary>The optimizer's rate; as for <see cref="MMEngineRecipe.LearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The weight decay of the optimizer's configuration; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The keys, in the order of the configuration.</summary>
    public ImmutableArray<CustomKey> Keys { get; init; } = [];

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "MMAction2 Swin";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (WeightDecay is { } decay) Check.NotNegative(decay, nameof(WeightDecay));
        if (Parity && LearningRate is null) throw new PlanException($"{nameof(LearningRate)} is not set: the reference fails without it.");
        _ = new CustomKeyMatcher(Keys);
        CustomKeyMatcher.Validate(Keys, facts, Parity);
        if (Parity) Ties.RefuseDuplicates(facts.Parameters, facts);
        var notes = new Notes();
        var plan = facts.Parameters.Where(fact => fact.TiedTo is null && (Parity || !IsLeftOut(fact, notes))).Select(fact => Decide(fact, notes));
        return new Plan([.. plan]) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private bool IsLeftOut(ParameterFact fact, Notes notes)
    {
        if (fact.Frozen) notes.AddNamed($"{Name}: grouped by the reference although frozen, left out here", fact.Name);
        return fact.Frozen;
    }

    private PlannedParameter Decide(ParameterFact fact, Notes notes)
    {
        if (fact.Frozen) return fact.Decide(null, 1, WeightDecay) with { Alone = true };
        var hits = Keys.Where(k => Hits(k.Key, fact, notes)).ToList();
        var rate = hits.Aggregate(1.0, (product, key) => product * (key.LearningRateMultiplier ?? 1));
        var decay = hits.Aggregate(1.0, (product, key) => product * (key.DecayMultiplier ?? 1));
        return fact.Decide(null, rate, WeightDecay * decay) with { Alone = Parity };
    }

    private bool Hits(string key, ParameterFact fact, Notes notes)
    {
        var literal = CustomKeyMatcher.Hits(key, "base." + fact.Name, wholeNumbers: false);
        if (Parity) return literal;
        var hits = CustomKeyMatcher.Hits(key, "." + fact.Name, wholeNumbers: true);
        if (hits != literal) notes.AddNamed($"{Name}: hit by '{key}' in the reference, in the middle of a number or in the text 'base' put before it", fact.Name);
        return hits;
    }
}
