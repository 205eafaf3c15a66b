using System.Collections.Immutable;
using System.Globalization;

namespace LayerDecayGen.References;

/// <summary>
/// What a reference gives and what is used instead, parameter by parameter. Parameters that differ alike share one line, so that the
/// warnings of a large model stay readable.
/// </summary>
internal static class PlanDifference
{
    private const int NamesShown = 3;
    private const int LinesOfAKind = 4;

    private sealed record Difference(string Kind, string There, string Here, double? ThereValue, double? HereValue, string Name);

    public static IEnumerable<string> Between(ReferenceRecipe recipe, ModelFacts facts, Plan corrected)
    {
        Plan literal;
        try
        {
            literal = recipe.Literal(facts);
        }
        catch (PlanException e)
        {
            return [$"{recipe.Name}: the reference fails: {e.Message}"];
        }

        var there = literal.Parameters.ToLookup(p => p.Fact.Name, StringComparer.Ordinal);
        var here = corrected.Parameters.ToLookup(p => p.Fact.Name, StringComparer.Ordinal);
        var differences = facts.Parameters.SelectMany(f => Of(f, [.. there[f.Name]], here[f.Name].FirstOrDefault(), recipe.StatedRate));
        return differences.GroupBy(d => d.Kind).SelectMany(Lines).Select(line => $"{recipe.Name}: {line}");
    }

    private static IEnumerable<Difference> Of(ParameterFact fact, PlannedParameter[] there, PlannedParameter? here, double? statedRate)
    {
        if (there.Length == 0 && here is null) yield break;
        if (there.Length == 0) yield return Membership("in no group of the reference, trained here");
        else if (here is null)
            yield return Membership($"in a group of the reference{(fact.Frozen ? " although frozen" : "")}, in none here");
        else if (there.Length > 1) yield return Membership($"in {there.Length} groups of the reference, in one here");
        if (there.Length == 0 || here is null) yield break;
        if (Rate(there[^1], here, statedRate, fact.Name) is { } rate) yield return rate;
        if (there[^1].WeightDecay != here.WeightDecay)
        {
            var (theirs, ours) = (there[^1].WeightDecay, here.WeightDecay);
            yield return new("weight decay", Text(theirs), Text(ours), theirs, ours, fact.Name);
        }

        var (fields, own) = (Fields(there[^1]), Fields(here));
        if (fields != own) yield return new("further fields", fields, own, null, null, fact.Name);

        Difference Membership(string text) => new(text, "", "", null, null, fact.Name);
    }

    private static Difference? Rate(PlannedParameter there, PlannedParameter here, double? statedRate, string name)
    {
        var outright = there.LearningRate is not null || here.LearningRate is not null;
        var unit = outright ? statedRate : 1;
        var (theirs, ours) = (there.LearningRate ?? there.LearningRateScale * unit, here.LearningRate ?? here.LearningRateScale * unit);
        if (theirs is { } a && ours is { } b && Math.Abs(a - b) <= 1e-12 * Math.Max(Math.Abs(a), Math.Abs(b))) return null;
        return new(outright ? "lr" : "lr scale", theirs is null ? $"{Text(there.LearningRateScale)} times base" : Text(theirs),
            ours is null ? $"{Text(here.LearningRateScale)} times base" : Text(ours), theirs, ours, name);
    }

    // Multipliers that a reference copies into its groups act on nothing; the rates they gave are compared above.
    private static string Fields(PlannedParameter planned) => string.Join(' ', planned.Extra
        .Where(e => e.Key is not ("lr_mult" or "decay_mult")).Select(e => $"{e.Key}={FieldText.Of(e.Value)}"));

    private static IEnumerable<string> Lines(IGrouping<string, Difference> kind)
    {
        var pairs = kind.GroupBy(d => (d.There, d.Here)).Select(g => g.ToArray()).ToArray();
        if (pairs.Length > LinesOfAKind) pairs = [.. kind.GroupBy(d => d.There).Select(g => g.ToArray())];
        if (pairs.Length > LinesOfAKind) pairs = [[.. kind]];
        return pairs.Select(Line);
    }

    private static string Line(Difference[] alike)
    {
        var names = string.Join(", ", alike.Take(NamesShown).Select(d => $"'{d.Name}'"));
        if (alike.Length > NamesShown) names += $" and {alike.Length - NamesShown} more";
        var kind = alike[0].Kind;
        if (alike[0].There == alike[0].Here) return $"{kind}: {names}.";
        var (there, here) = (Range(alike, d => d.There, d => d.ThereValue), Range(alike, d => d.Here, d => d.HereValue));
        return $"{kind} {there} in the reference, {here} here: {names}.";
    }

    private static string Range(Difference[] alike, Func<Difference, string> text, Func<Difference, double?> value)
    {
        var texts = alike.Select(text).Distinct().ToArray();
        if (texts.Length == 1) return texts[0];
        var values = alike.Select(value).OfType<double>().ToArray();
        return values.Length == alike.Length ? $"{Text(values.Min())} to {Text(values.Max())}" : string.Join(" or ", texts);
    }

    private static string Text(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "the optimizer's own";
}
