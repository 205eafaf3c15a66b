namespace LayerDecayGen;

/// <summary>Lists of names in options: an entry that matches no parameter is said, with the nearest name that exists.</summary>
internal static class NameList
{
    public static bool IsAtOrBelow(string path, string name) =>
        name.StartsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[path.Length] == '.');

    public static void EnsureEachMatches(IEnumerable<string> entries, ModelFacts facts, string option, Func<string, string, bool> matches)
    {
        foreach (var entry in entries)
        {
            if (!facts.Parameters.Any(p => matches(entry, p.Name))) throw Unmatched(entry, facts, option);
        }
    }

    public static PlanException Unmatched(string entry, ModelFacts facts, string option) => new(Missing(entry, facts, option));

    /// <summary>What an entry that matches nothing is told: the nearest name, or where a name that was typed rightly is found.</summary>
    public static string Missing(string entry, ModelFacts facts, string option)
    {
        var text = $"{option}: '{entry}' matches no parameter of {facts.ModelName}";
        if (NearestFound(entry, facts) is not ({ } nearest, { } name)) return $"{text}.";
        return nearest == entry ? $"{text} at that place; found as {name}."
            : IsAtOrBelow(nearest, name) ? $"{text}. Nearest name: '{nearest}'."
            : $"{text}. Nearest name: '{nearest}', found as {name}.";
    }

    /// <summary>The part of a name with the fewest edits to an entry, or the whole name where that part is the entry itself.</summary>
    public static string? Nearest(string entry, ModelFacts facts)
    {
        var (nearest, name) = NearestFound(entry, facts);
        return nearest == entry ? name : nearest;
    }

    private static (string? Nearest, string? Name) NearestFound(string entry, ModelFacts facts) =>
        facts.Parameters.SelectMany(p => Paths(p.Name).Select(c => (Nearest: (string?)c, Name: (string?)p.Name)))
            .DistinctBy(c => c.Nearest, StringComparer.Ordinal).MinBy(c => (Edits(entry, c.Nearest!), c.Nearest!.Length, c.Nearest));

    // A parameter's name, the modules around it, and the same seen from below a prefix.
    private static IEnumerable<string> Paths(string name)
    {
        var segments = name.Split('.');
        for (var from = 0; from < segments.Length; from++)
        {
            for (var to = segments.Length; to > from; to--) yield return string.Join('.', segments, from, to - from);
        }
    }

    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
