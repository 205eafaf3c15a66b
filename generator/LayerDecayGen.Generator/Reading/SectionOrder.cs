using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Puts sections into opening order: members as they are written, paths in the order of the attributes on their class.</summary>
internal static class SectionOrder
{
    /// <summary>Sorts and gives each section that counts on its place.</summary>
    /// <returns>The new index of each old one; null where nothing moved.</returns>
    public static int[]? Apply(List<OpenedSection> sections)
    {
        var sorted = new SortedDictionary<(int Position, int After, int Old), OpenedSection>();
        for (var i = 0; i < sections.Count; i++) sorted.Add((sections[i].Node.Key.Position, sections[i].Node.Key.After, i), sections[i]);
        var order = new int[sections.Count];
        bool moved = false;
        int at = 0, place = 0;
        foreach (var entry in sorted)
        {
            moved |= entry.Key.Old != at;
            order[entry.Key.Old] = at;
            var section = entry.Value;
            if (section.Annotation is { CountsOn: true } annotation)
                section = section with { Model = section.Model with { Order = annotation.Order ?? place++ } };
            sections[at++] = section;
        }

        return moved ? order : null;
    }

    /// <summary>The matcher's tree with the new indices.</summary>
    public static MatchNode Renumber(MatchNode node, int[] order)
    {
        var children = new List<MatchNode>();
        foreach (var child in node.Children) children.Add(Renumber(child, order));
        var variants = new List<MatchVariant>();
        foreach (var variant in node.Variants) variants.Add(variant with { Node = Renumber(variant.Node, order) });
        return node with
        {
            Facts = node.Facts is { } facts ? facts with { Section = order[facts.Section] } : null,
            Children = ImmutableEquatableArray<MatchNode>.From(children),
            Variants = ImmutableEquatableArray<MatchVariant>.From(variants),
        };
    }
}
