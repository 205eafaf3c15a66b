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

    public static PlanException Unmatched(string entry, ModelFacts facts, string option)
    {
        var nearest = Nearest(entry, facts);
        var hint = nearest is null ? "" : $" Nearest name: '{nearest}'.";
        return new PlanException($"{option}: '{entry}' matches no parameter of {facts.ModelName}.{hint}");
    }

    /// <summary>The part of a name with the fewest edits to an entry; null when nothing exists.</summary>
    public static string? Nearest(string entry, ModelFacts facts) =>
        facts.Parameters.SelectMany(p => Paths(p.Name)).Distinct(StringComparer.Ordinal).MinBy(c => (Edits(entry, c), c.Length, c));

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
