using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>
/// LoRA+ (Hayou, Ghosh, Yu 2024, arXiv 2402.12354): of the two matrices of a low-rank adapter, the one that starts at zero and is
/// multiplied last learns faster by a ratio.
/// </summary>
/// <param name="Inner">The recipe that decides everything else.</param>
/// <param name="Ratio">The rate of the second matrix over that of the first, above 0; the paper recommends about 16.</param>
public sealed record LoraPlusRecipe(IRecipe Inner, double Ratio) : IRecipe
{
    /// <summary>Names of the members that hold second matrices; a name segment must equal one of them.</summary>
    public ImmutableArray<string> SecondMatrices { get; init; } = ["lora_B", "lora_b", "lora_up"];

    /// <inheritdoc/>
    public string Name => $"{Inner.Name}, LoRA+";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        Require.Positive(Ratio);
        var plan = Inner.Plan(facts);
        if (!plan.Parameters.Any(p => IsSecond(p.Fact)))
        {
            throw NameList.Unmatched(SecondMatrices.FirstOrDefault() ?? "", facts, nameof(SecondMatrices));
        }

        return plan with { Parameters = [.. plan.Parameters.Select(p => IsSecond(p.Fact) ? Faster(p) : p)] };
    }

    private bool IsSecond(ParameterFact fact) => fact.Name.Split('.').Any(SecondMatrices.Contains);

    private PlannedParameter Faster(PlannedParameter planned) => planned with
    {
        LearningRateScale = planned.LearningRateScale * Ratio,
        LearningRate = planned.LearningRate * Ratio,
    };
}
