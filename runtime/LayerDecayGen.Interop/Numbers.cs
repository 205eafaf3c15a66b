namespace LayerDecayGen.Interop;

/// <summary>Numbers of an export, checked before anything is written.</summary>
internal static class Numbers
{
    public static void CheckPositive(double value, string option)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new PlanException(FormattableString.Invariant($"{option} is {value}: it must be a finite number above 0."));
    }

    public static void CheckNotNegative(double value, string option)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new PlanException(FormattableString.Invariant($"{option} is {value}: it must be a finite number, 0 or above."));
    }
}

/// <summary>Names as the other side knows them.</summary>
internal static class Prefixes
{
    /// <summary>A model whose names start with the prefix, some of them, has it already.</summary>
    public static string Add(string prefix, string name, ModelFacts facts) =>
        prefix.Length == 0 || Has(prefix, facts) ? name : prefix + name;

    private static bool Has(string prefix, ModelFacts facts) => facts.Parameters.Any(p => p.Name.StartsWith(prefix, StringComparison.Ordinal));
}

/// <summary>What a plan leaves out, and what no file for one optimizer can hold.</summary>
internal static class NotTrained
{
    /// <summary>Frozen and unplanned parameters, tied tensors once.</summary>
    public static IEnumerable<ParameterFact> Of(ModelFacts facts, Plan plan)
    {
        var planned = plan.Parameters.Select(p => p.Fact.Name).ToHashSet(StringComparer.Ordinal);
        return facts.Parameters.Where(p => !planned.Contains(p.Name) && p.TiedTo is null);
    }

    public static void RefuseSplit(Plan plan)
    {
        if (plan.Parameters.Any(p => p.Extra.TryGetValue(SplitByRoleRecipe.Field, out var kind) && kind is SplitByRoleRecipe.Matrices))
            throw new PlanException("The plan splits the model between two optimizers (SplitByRoleRecipe): export the plan of its inner recipe, or each part.");
    }
}
