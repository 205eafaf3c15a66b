using System.Globalization;

namespace LayerDecayGen.Layout;

/// <summary>
/// The layer numbers of one live model: the declaration says which children are layers, the model says how many there are. The first stack
/// starts at the first layer that no <c>[Layer(n)]</c> claims; stacks and <c>[NextLayer]</c> count on by their order, those of equal order
/// share layers; <c>[PreviousLayer]</c> takes the layer opened last before it; <c>[LastLayer]</c> stands one above all others, and where
/// nothing of it is in the model the layer below is the top.
/// </summary>
public sealed class LayerNumbering
{
    private readonly LayerLayout _layout;
    private readonly StackChildren?[] _stacks;
    private readonly int[] _start;
    private readonly bool[] _present;

    private LayerNumbering(LayerLayout layout)
    {
        _layout = layout;
        _stacks = new StackChildren?[layout.Sections.Count];
        _start = new int[layout.Sections.Count];
        _present = new bool[layout.Sections.Count];
    }

    /// <summary>The number of layers, the top included.</summary>
    public int LayerCount { get; private set; }

    /// <summary>Numbers the layers of a model from the matches of its parameters.</summary>
    /// <param name="layout">The declaration.</param>
    /// <param name="matches">What the matcher says of each parameter that a section covers.</param>
    /// <param name="hasModule">Whether the live model has a module of that dotted name; asked only for children without parameters.</param>
    /// <param name="problems">Receives what contradicts the declaration: gaps, wrong counts, layers that no section opens.</param>
    public static LayerNumbering Number(LayerLayout layout, IEnumerable<LayoutMatch> matches, Func<string, bool> hasModule, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(matches);
        ArgumentNullException.ThrowIfNull(hasModule);
        ArgumentNullException.ThrowIfNull(problems);
        var numbering = new LayerNumbering(layout);
        foreach (var match in matches)
        {
            numbering._present[match.Section] = true;
            if (layout.Sections[match.Section].Kind == SectionKind.Stack)
                (numbering._stacks[match.Section] ??= new StackChildren()).Add(match.Stage, match.Index);
        }

        numbering.RankStacks(hasModule, problems);
        numbering.PlaceSections(numbering.ClaimedLayers(), problems);
        return numbering;
    }

    /// <summary>The layer of a matched parameter, from 0.</summary>
    /// <param name="match">A match of the model that was numbered.</param>
    public int LayerOf(in LayoutMatch match)
    {
        var section = _layout.Sections[match.Section];
        if (section.Kind != SectionKind.Stack) return _start[match.Section];
        var stack = _stacks[match.Section]!;
        if (section.HasLayerOf) return _layout.LayerOf(match.Section, match.Stage, stack.IndexOrLast(match.Stage, match.Index));
        return _start[match.Section] + stack.RankOf(match.Stage, match.Index) / section.BlocksPerLayer;
    }

    private void RankStacks(Func<string, bool> hasModule, ICollection<string> problems)
    {
        for (var i = 0; i < _stacks.Length; i++)
        {
            if (_stacks[i] is not { } stack) continue;
            var section = _layout.Sections[i];
            foreach (var (stage, index) in stack.Rank((s, c) => hasModule(ChildName(section, s, c)), section.CountEmpty))
                problems.Add(Text($"{section.Attribute} {section.Path}: the model has no '{ChildName(section, stage, index)}' although it has later ones; stack indices must not have gaps."));
            if (section.Count is { } count && count != stack.Children)
                problems.Add(Text($"{section.Attribute} {section.Path}: Count = {count} is declared, the model has {stack.Children} children{(section.CountEmpty ? "" : " with parameters")}; state the number it has, or drop Count."));
        }
    }

    private HashSet<int> ClaimedLayers()
    {
        var claimed = new HashSet<int>();
        foreach (var section in _layout.Sections)
            if (section.Kind == SectionKind.Layer)
                claimed.Add(section.Layer);
        return claimed;
    }

    private void PlaceSections(HashSet<int> claimed, ICollection<string> problems)
    {
        PlaceStacks(claimed, problems);
        var top = claimed.Count == 0 ? -1 : claimed.Max();
        var hasLast = false;
        var opened = -1;
        for (var i = 0; i < _start.Length; i++)
        {
            var section = _layout.Sections[i];
            hasLast |= section.Kind == SectionKind.LastLayer && _present[i];
            if (section.Kind == SectionKind.Layer) opened = _start[i] = section.Layer;
            else if (section.Kind == SectionKind.Stack && _stacks[i] is not null) opened = LastLayerOf(i);
            else if (section.Kind == SectionKind.NextLayer && _present[i]) opened = _start[i];
            else if (section.Kind == SectionKind.PreviousLayer && opened >= 0) _start[i] = opened;
            else if (section.Kind == SectionKind.PreviousLayer) problems.Add(Text($"[PreviousLayer] {section.Path}: no layer is opened before it; put [Layer(0)] or a stack first, or give it [Layer(0)] itself."));
            else if (section.Kind is SectionKind.LastLayer) _start[i] = top + 1;
        }

        LayerCount = hasLast ? top + 2 : top + 1;
        for (var layer = 0; layer <= top; layer++)
            if (!claimed.Contains(layer))
                problems.Add(Text($"layer {layer} is opened by no section although layer {top} is: number the layers without gaps."));
    }

    /// <summary>Gives every section that counts on its first layer and adds the layers it opens to the claimed ones.</summary>
    private void PlaceStacks(HashSet<int> claimed, ICollection<string> problems)
    {
        var next = 0;
        while (claimed.Contains(next)) next++;
        foreach (var parallel in Enumerable.Range(0, _stacks.Length).Where(CountsOn).GroupBy(i => _layout.Sections[i].Order).OrderBy(g => g.Key))
        {
            var end = next;
            foreach (var i in parallel)
            {
                _start[i] = next;
                foreach (var layer in LayersOf(i, problems))
                {
                    claimed.Add(layer);
                    end = Math.Max(end, layer + 1);
                }
            }

            next = end;
        }
    }

    private bool CountsOn(int section) =>
        _stacks[section] is not null || (_layout.Sections[section].Kind == SectionKind.NextLayer && _present[section]);

    private IEnumerable<int> LayersOf(int section, ICollection<string> problems)
    {
        var declared = _layout.Sections[section];
        if (declared.Kind == SectionKind.NextLayer) return [_start[section]];
        var stack = _stacks[section]!;
        if (!declared.HasLayerOf)
        {
            var layers = (stack.Children + declared.BlocksPerLayer - 1) / declared.BlocksPerLayer;
            return Enumerable.Range(_start[section], layers);
        }

        var given = stack.Present().Select(c => (Child: c, Layer: _layout.LayerOf(section, c.Stage, c.Index))).ToArray();
        foreach (var (child, layer) in given)
            if (layer < 0)
                problems.Add(Text($"{declared.Attribute} {declared.Path}: the LayerOf method gives layer {layer} for '{ChildName(declared, child.Stage, child.Index)}'; layers count from 0."));
        return given.Select(g => g.Layer).Where(l => l >= 0).Distinct();
    }

    private int LastLayerOf(int section)
    {
        var declared = _layout.Sections[section];
        var stack = _stacks[section]!;
        return declared.HasLayerOf
            ? stack.Present().Max(c => _layout.LayerOf(section, c.Stage, c.Index))
            : _start[section] + Math.Max(0, stack.Children - 1) / declared.BlocksPerLayer;
    }

    /// <summary>The dotted name of a child: the holes of the section's path, filled from the last one back.</summary>
    private static string ChildName(Section section, int stage, int index)
    {
        var path = section.Path;
        foreach (var number in new[] { index, stage })
        {
            int open = path.LastIndexOf('{'), close = path.LastIndexOf('}');
            if (open < 0 || close < open) break;
            path = string.Concat(path.AsSpan(0, open), number.ToString(CultureInfo.InvariantCulture), path.AsSpan(close + 1));
        }

        return path;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
