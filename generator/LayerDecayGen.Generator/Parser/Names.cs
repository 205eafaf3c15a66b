using System.Text;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Names of generated members and nearest names for messages.</summary>
internal static class Names
{
    /// <summary>A registered name as a property: <c>patch_embed</c> becomes <c>PatchEmbed</c>.</summary>
    public static string Pascal(string name)
    {
        var text = new StringBuilder(name.Length);
        var upper = true;
        foreach (var c in name)
        {
            if (!char.IsLetterOrDigit(c))
            {
                upper = true;
                continue;
            }

            text.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }

        if (text.Length == 0 || !char.IsLetter(text[0])) text.Insert(0, '_');
        return text.ToString();
    }

    /// <summary>Makes a property name that clashes with no member of the base class and no section before it.</summary>
    /// <param name="wanted">The name by itself.</param>
    /// <param name="facts">Tells what the base class has.</param>
    /// <param name="taken">Names given so far; the result is added.</param>
    public static string Unique(string wanted, CompilationFacts facts, HashSet<string> taken)
    {
        var name = wanted is "Groups" or "CompiledLayout" or "LayerScales" || facts.IsInherited(wanted) ? wanted + "Section" : wanted;
        var unique = name;
        for (var n = 2; !taken.Add(unique); n++) unique = name + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return unique;
    }

    /// <summary>The candidate nearest to a misspelt name; null where none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        var bound = Math.Max(2, name.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(name, candidate, bound);
            if (distance < bound) (best, bound) = (candidate, distance);
        }

        if (best is not null) return best;
        foreach (var candidate in candidates)
            if (name.Length > 1 && (candidate.StartsWith(name, StringComparison.OrdinalIgnoreCase) || name.StartsWith(candidate, StringComparison.OrdinalIgnoreCase)))
                return candidate;
        return null;
    }

    private static int Distance(string left, string right, int bound)
    {
        if (Math.Abs(left.Length - right.Length) >= bound) return bound;
        var row = new int[right.Length + 1];
        for (var j = 0; j < row.Length; j++) row[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[right.Length];
    }
}
