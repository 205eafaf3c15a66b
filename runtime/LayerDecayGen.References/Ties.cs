namespace LayerDecayGen.References;

/// <summary>Tensors under several names, as constructors that walk modules meet them.</summary>
internal static class Ties
{
    /// <summary>
    /// Fails as torch does when a constructor hands it one tensor twice. A module that is registered twice beside itself is walked once, so
    /// its parameters are not met again.
    /// </summary>
    public static void RefuseDuplicates(IEnumerable<ParameterFact> met, ModelFacts facts)
    {
        if (met.FirstOrDefault(fact => fact.TiedTo is not null && !IsOfSharedSibling(fact, facts)) is { } twice)
        {
            throw new PlanException($"'{twice.Name}' is the same tensor as '{twice.TiedTo}' and would be in two groups: the reference fails on it.");
        }
    }

    /// <summary>Whether a module beside the one of the first name is the same module.</summary>
    public static bool IsOfSharedSibling(ParameterFact fact, ModelFacts facts)
    {
        if (fact.TiedTo is not { } first) return false;
        var (mine, its) = (fact.Name.Split('.'), first.Split('.'));
        var level = mine.Zip(its).TakeWhile(s => s.First == s.Second).Count();
        if (mine.Length != its.Length || mine.Length <= level + 1 || !mine.Skip(level + 1).SequenceEqual(its.Skip(level + 1))) return false;
        var (shared, original) = (string.Join('.', mine.Take(level + 1)), string.Join('.', its.Take(level + 1)));
        return facts.Parameters.Where(p => NameList.IsAtOrBelow(shared, p.Name)).All(p => p.TiedTo == original + p.Name[shared.Length..]);
    }

    /// <summary>
    /// Whether the module that holds a parameter is one that was met before, wherever: all it holds is what another module of the same
    /// names holds.
    /// </summary>
    public static bool IsOfSharedModule(ParameterFact fact, ModelFacts facts)
    {
        if (fact.TiedTo is not { } first) return false;
        var (shared, original) = (ParamwiseRules.ModuleOf(fact.Name), ParamwiseRules.ModuleOf(first));
        return HeldBy(original, facts).Select(p => p.LastSegment).SequenceEqual(HeldBy(shared, facts).Select(p => p.LastSegment))
            && HeldBy(shared, facts).All(p => p.TiedTo == $"{original}.{p.LastSegment}");
    }

    private static IEnumerable<ParameterFact> HeldBy(string module, ModelFacts facts) =>
        facts.Parameters.Where(p => ParamwiseRules.ModuleOf(p.Name) == module);
}
