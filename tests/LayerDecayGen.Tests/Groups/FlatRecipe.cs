namespace LayerDecayGen.Tests;

/// <summary>The smallest recipe that uses layers: rate 0.5 between layers, weight decay 0.1 unless the facts say otherwise.</summary>
internal sealed class FlatRecipe : IRecipe
{
    public string Name => "flat";

    public Func<ParameterFact, bool> Keep { get; init; } = f => !f.Frozen && f.TiedTo is null;

    public Plan Plan(ModelFacts facts) => new([.. facts.Parameters.Where(Keep).Select(f => PlanOne(f, facts))]);

    private static PlannedParameter PlanOne(ParameterFact fact, ModelFacts facts) => new(
        fact,
        fact.Layer,
        Math.Pow(0.5, (facts.LayerCount ?? 1) - 1 - (fact.Layer ?? 0)) * fact.LearningRateScale,
        fact.WeightDecay ?? (fact.NoWeightDecay || fact.Dimensions < 2 ? 0 : 0.1));
}
