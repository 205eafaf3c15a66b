using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace LayerDecayGen.References;

/// <summary>Python's <c>fnmatch</c> on whole names: <c>*</c>, <c>?</c>, <c>[seq]</c>, <c>[!seq]</c>; case counts.</summary>
internal sealed class NamePatterns(ImmutableArray<string> patterns)
{
    private readonly ImmutableArray<Regex> _patterns = [.. patterns.Select(p => new Regex(Translate(p), RegexOptions.CultureInvariant | RegexOptions.Singleline))];

    public bool Match(string name) => _patterns.Any(p => p.IsMatch(name));

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        for (var i = 0; i < pattern.Length; i++)
        {
            var close = pattern[i] == '[' ? EndOfSet(pattern, i) : -1;
            if (close > 0)
            {
                regex.Append(Set(pattern[(i + 1)..close]));
                i = close;
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => ".*", '?' => ".", var c => Regex.Escape(c.ToString()) });
            }
        }

        return regex.Append(@"\z").ToString();
    }

    // A bracket right behind the opening (or behind its '!') belongs to the set; without a closing one, '[' is itself.
    private static int EndOfSet(string pattern, int open)
    {
        var from = open + 1;
        if (from < pattern.Length && pattern[from] == '!') from++;
        if (from < pattern.Length && pattern[from] == ']') from++;
        return from < pattern.Length ? pattern.IndexOf(']', from) : -1;
    }

    private static string Set(string text)
    {
        var negated = text[0] == '!';
        var inner = (negated ? text[1..] : text).Replace(@"\", @"\\").Replace("[", @"\[").Replace("]", @"\]").Replace("^", @"\^");
        return negated ? $"[^{inner}]" : $"[{inner}]";
    }
}
