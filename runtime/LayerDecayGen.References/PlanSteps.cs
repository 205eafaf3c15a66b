using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>What several references share, as steps from plan to plan.</summary>
internal static class PlanSteps
{
    public static Plan ToPlan(this IEnumerable<PlannedParameter> parameters) => new([.. parameters]);

    /// <summary>Frozen parameters are in no group.</summary>
    public static Plan WithoutFrozen(this Plan plan) => plan with { Parameters = plan.Parameters.RemoveAll(p => p.Fact.Frozen) };

    /// <summary>A tensor of several names is planned under the first.</summary>
    public static Plan OncePerTensor(this Plan plan) => plan with { Parameters = plan.Parameters.RemoveAll(p => p.Fact.TiedTo is not null) };

    /// <summary>Every parameter has a group of its own.</summary>
    public static Plan OneGroupPerParameter(this Plan plan) =>
        plan with { Parameters = [.. plan.Parameters.Select(p => p with { Alone = true })] };

    /// <summary>Entries of a reference's list that this model lacks: told, and without effect.</summary>
    public static Plan WithUnmatched(
        this Plan plan, string recipe, IEnumerable<string> entries, ModelFacts facts, string option, Func<string, string, bool> matches) =>
        plan with
        {
            Warnings =
            [
                .. plan.Warnings,
                .. entries.Where(e => !facts.Parameters.Any(p => matches(e, p.Name))).Select(e => $"{recipe}: {NameList.Missing(e, facts, option)}"),
            ],
        };
}
