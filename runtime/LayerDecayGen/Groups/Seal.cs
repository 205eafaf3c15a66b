using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>
/// The proof that ends the building of groups: every trainable parameter of the live model in exactly one group, none twice, none foreign,
/// none frozen, tied tensors once.
/// </summary>
internal static class Seal
{
    /// <summary>Compares a plan with a model.</summary>
    /// <returns>What is wrong, one sentence each; and, for a parity plan, the reference's own gaps as warnings.</returns>
    public static (ImmutableArray<string> Problems, ImmutableArray<string> Warnings) Check(LiveModel live, ModelFacts model, Plan plan, string recipe)
    {
        var problems = new List<string>();
        var tolerated = plan.Parity ? [] : problems; // a defect that parity asks for is a warning, not an error
        var facts = model.Parameters;
        var planned = new bool[facts.Length];
        foreach (var parameter in plan.Parameters)
        {
            var name = parameter.Fact.Name;
            var at = live.IndexOf(name);
            if (at < 0)
                problems.Add($"'{name}' was planned by the recipe '{recipe}' but is no parameter of {live.Facts.ModelName}.");
            else if (planned[at]) problems.Add($"'{name}' was planned twice by the recipe '{recipe}': it would be stepped twice.");
            else if (facts[at].TiedTo is { } owner) problems.Add($"'{name}' is tied to '{owner}' and was planned beside it by the recipe '{recipe}': it would be stepped twice.");
            else if (facts[at].Frozen) tolerated.Add($"'{name}' is frozen but was planned by the recipe '{recipe}'.");
            if (at >= 0) planned[at] = true;
        }

        foreach (var fact in plan.Frozen)
            if (live.IndexOf(fact.Name) is var at and >= 0) planned[at] = true;
            else problems.Add($"'{fact.Name}' was frozen by the recipe '{recipe}' but is no parameter of {live.Facts.ModelName}.");
        for (var i = 0; i < planned.Length; i++)
            if (!planned[i] && !facts[i].Frozen && facts[i].TiedTo is null)
                tolerated.Add($"'{facts[i].Name}' is trainable but in no group of the recipe '{recipe}': freeze it, or let the recipe plan it.");
        CheckTies(live, problems);
        return ([.. problems], plan.Parity ? [.. tolerated] : []);
    }

    private static void CheckTies(LiveModel live, List<string> problems)
    {
        var facts = live.Facts.Parameters;
        for (var i = 0; i < facts.Length; i++)
        {
            if (facts[i].TiedTo is { } owner && !TieReader.IsOneTensor(live[owner], live.Parameters[i]))
                problems.Add($"'{facts[i].Name}' shares its memory with '{owner}' but is a separate tensor with a separate gradient, which no group would use: tie the two by assigning the one parameter to the other.");
        }
    }
}
