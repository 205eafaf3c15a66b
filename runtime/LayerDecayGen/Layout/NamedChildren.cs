namespace LayerDecayGen.Layout;

/// <summary>
/// Numbers the children of stacks whose children have names (a <c>ModuleDict</c>, a <c>Sequential</c> of named modules): by their first
/// parameter in the order of the live model, which is the order of registration. Children without parameters are no layers and get no
/// number.
/// </summary>
public static class NamedChildren
{
    /// <summary>
    /// Replaces <see cref="LayoutMatch.ByName"/> in matches by indices. A stack with one named child is numbered by names throughout.
    /// </summary>
    /// <param name="layout">The declaration.</param>
    /// <param name="names">Registered names, in the order of the live model.</param>
    /// <param name="matches">What the matcher says of each; null where it says nothing.</param>
    public static void Number(LayerLayout layout, IReadOnlyList<string> names, LayoutMatch?[] matches)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(matches);
        for (var section = 0; section < layout.Sections.Count; section++)
            if (Array.Exists(matches, m => m is { } match && match.Section == section && IsNamed(match)))
                NumberSection(layout.Sections[section], section, names, matches);
    }

    /// <summary>Whether a match awaits its number.</summary>
    /// <param name="match">The match.</param>
    public static bool IsNamed(in LayoutMatch match) => match.Index == LayoutMatch.ByName || match.Stage == LayoutMatch.ByName;

    private static void NumberSection(Section declared, int section, IReadOnlyList<string> names, LayoutMatch?[] matches)
    {
        var holes = HolesOf(declared.Path);
        var stages = new Dictionary<string, int>(StringComparer.Ordinal);
        var children = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        for (var i = 0; i < matches.Length; i++)
        {
            if (matches[i] is not { } match || match.Section != section) continue;
            var segments = names[i].Split('.');
            var stage = string.Join('.', holes[..^1].Where(h => h < segments.Length).Select(h => segments[h]));
            if (!children.TryGetValue(stage, out var siblings))
                children.Add(stage, siblings = new Dictionary<string, int>(StringComparer.Ordinal));
            matches[i] = match with
            {
                Stage = match.Stage == -1 ? -1 : Ordinal(stages, stage),
                Index = match.Index == -1 ? -1 : Ordinal(siblings, segments[holes[^1]]),
            };
        }
    }

    private static int[] HolesOf(string path)
    {
        var segments = path.Split('.');
        return [.. Enumerable.Range(0, segments.Length).Where(i => segments[i].Contains('{', StringComparison.Ordinal))];
    }

    private static int Ordinal(Dictionary<string, int> seen, string name)
    {
        if (!seen.TryGetValue(name, out var ordinal)) seen.Add(name, ordinal = seen.Count);
        return ordinal;
    }
}
