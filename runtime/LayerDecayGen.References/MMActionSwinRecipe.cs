using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's groups for Swin, one per parameter: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/swin_optim_wrapper_constructor.py</c>,
/// <c>SwinOptimWrapperConstructor</c>. The factors of all keys that hit a name multiply.
/// </summary>
/// <remarks>
/// In the reference frozen parameters are grouped at the base rate, and keys hit the middle of numbers and the text <c>base.</c> that it
/// puts before every name. Without parity a key that hits nothing is an error, unless all it does is to exempt from weight decay.
/// </remarks>
public sealed record MMActionSwinRecipe : ReferenceRecipe
{
    /// <summary>The optimizer's rate; as for <see cref="MMEngineRecipe.LearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The weight decay of the optimizer's configuration; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The keys, in the order of the configuration.</summary>
    public ImmutableArray<CustomKey> Keys { get; init; } = [];

    /// <inheritdoc/>
    public override string Name => "MMAction2 Swin";

    internal override Plan Literal(ModelFacts facts)
    {
        if (LearningRate is null) throw new PlanException($"{nameof(LearningRate)} is not set: the reference fails without it.");
        CustomKeyMatcher.RefuseDuplicates(Keys);
        Ties.RefuseDuplicates(facts.Parameters, facts);
        return Planned(facts, (key, fact) => !fact.Frozen && CustomKeyMatcher.Hits(key, "base." + fact.Name, wholeNumbers: false))
            .OncePerTensor().OneGroupPerParameter();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        if (WeightDecay is { } decay) Require.NotNegative(decay, nameof(WeightDecay));
        var plan = Planned(facts, (key, fact) => CustomKeyMatcher.Hits(key, "." + fact.Name, wholeNumbers: true));
        return CustomKeyMatcher.Checked(plan.OncePerTensor().WithoutFrozen(), Name, Keys, facts);
    }

    private Plan Planned(ModelFacts facts, Func<string, ParameterFact, bool> hits) => facts.Parameters.Select(fact =>
    {
        var keys = Keys.Where(k => hits(k.Key, fact)).ToArray();
        return fact.Decide(
            null, keys.Aggregate(1.0, (product, key) => product * (key.LearningRateMultiplier ?? 1)),
            WeightDecay * keys.Aggregate(1.0, (product, key) => product * (key.DecayMultiplier ?? 1)));
    }).ToPlan();
}
