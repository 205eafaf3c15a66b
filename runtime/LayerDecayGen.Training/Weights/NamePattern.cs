using System.Text;
using System.Text.RegularExpressions;

namespace LayerDecayGen.Training;

/// <summary>
/// A pattern of tensor names: <c>*</c> stands for one part between dots, <c>**</c> for any number of parts and pieces of them. So
/// <c>blocks.*.weight</c> is a weight of every block, and <c>blocks.1.**</c> is nothing of <c>blocks.10</c>.
/// </summary>
internal sealed class NamePattern
{
    private static readonly Regex s_wildcards = new(@"\*\*|\*", RegexOptions.CultureInvariant);
    private readonly Regex _regex;
    private readonly int _count;

    public NamePattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        Text = pattern;
        var regex = new StringBuilder(@"\A");
        var at = 0;
        foreach (Match wildcard in s_wildcards.Matches(pattern))
        {
            regex.Append(Regex.Escape(pattern[at..wildcard.Index])).Append(wildcard.Length == 2 ? "(.*)" : @"([^.]*)");
            at = wildcard.Index + wildcard.Length;
            _count++;
        }

        _regex = new Regex(regex.Append(Regex.Escape(pattern[at..])).Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }

    public string Text { get; }

    public bool Matches(string name) => _regex.IsMatch(name);

    /// <summary>The name with the pattern's wildcards filled into those of another; null where it does not match.</summary>
    public string? Rename(string name, string to)
    {
        if (_regex.Match(name) is not { Success: true } match) return null;
        var next = 0;
        return s_wildcards.Replace(to, _ => match.Groups[++next].Value);
    }

    /// <summary>Checks that a replacement has no more wildcards than the pattern.</summary>
    public NamePattern Checked(string to)
    {
        if (s_wildcards.Count(to) > _count)
            throw new ArgumentException($"'{to}' has more wildcards than '{Text}', so there is nothing to fill them with.", nameof(to));
        return this;
    }
}
