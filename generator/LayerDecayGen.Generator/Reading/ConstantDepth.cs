using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// The layer numbers of a model whose depth is constant, by the rule that the runtime's <c>LayerNumbering</c> applies to live models: for
/// documentation and constants only.
/// </summary>
internal sealed class ConstantDepth
{
    // A depth that nobody trains: a table of it would be megabytes of text.
    private const int Most = 4096;

    private readonly (int First, int Last)[] _layers;
    private readonly HashSet<int> _claimed = [];

    private ConstantDepth(int sections)
    {
        _layers = new (int, int)[sections];
        for (var i = 0; i < sections; i++) _layers[i] = (-1, -1);
    }

    /// <summary>The number of layers.</summary>
    public int Count { get; private set; }

    /// <summary>The first layer of a section; -1 for a section without a layer.</summary>
    public int First(int section) => _layers[section].First;

    /// <summary>The last layer of a section; -1 for a section without a layer.</summary>
    public int Last(int section) => _layers[section].Last;

    /// <summary>Numbers the sections; null where some depth is known at run time only.</summary>
    public static ConstantDepth? Of(IReadOnlyList<OpenedSection> opened)
    {
        var total = 0L;
        var any = false;
        foreach (var (_, _, section) in opened)
        {
            any |= section.Kind != SectionKind.Unassigned;
            total += Math.Max(section.Count, section.Layer) + 1L;
            if (section.Optional || (section.Kind == SectionKind.Stack && (section.Count == 0 || section.LayerOf is not null))) return null;
        }

        if (!any || total > Most) return null;
        var depth = new ConstantDepth(opened.Count);
        for (var i = 0; i < opened.Count; i++)
            if (opened[i].Model is { Kind: SectionKind.Layer, Layer: var layer })
                depth.Place(i, layer, layer);
        depth.PlaceCounted(opened);
        depth.PlaceRest(opened);
        return depth;
    }

    /// <summary>The lr scale of each layer.</summary>
    public ImmutableEquatableArray<double> Scales(double rate)
    {
        var scales = new List<double>();
        if (!double.IsNaN(rate))
            for (var layer = 0; layer < Count; layer++)
                scales.Add(Math.Pow(rate, Count - 1 - layer));
        return ImmutableEquatableArray<double>.From(scales);
    }

    private void Place(int section, int first, int last)
    {
        _layers[section] = (first, last);
        for (var layer = first; layer <= last; layer++) _claimed.Add(layer);
    }

    // Sections of equal order start at the same layer, the next order where the longest of them ends.
    private void PlaceCounted(IReadOnlyList<OpenedSection> opened)
    {
        var orders = new SortedSet<int>();
        foreach (var (annotation, _, section) in opened)
            if (annotation is { CountsOn: true })
                orders.Add(section.Order);
        var next = 0;
        while (_claimed.Contains(next)) next++;
        foreach (var order in orders)
        {
            var end = next;
            for (var i = 0; i < opened.Count; i++)
            {
                if (opened[i].Annotation is not { CountsOn: true } || opened[i].Model is not { } section || section.Order != order) continue;
                var layers = section.Kind == SectionKind.NextLayer ? 1 : (section.Count + section.BlocksPerLayer - 1) / section.BlocksPerLayer;
                Place(i, next, next + layers - 1);
                end = Math.Max(end, next + layers);
            }

            next = end;
        }
    }

    private void PlaceRest(IReadOnlyList<OpenedSection> opened)
    {
        var top = -1;
        foreach (var layer in _claimed) top = Math.Max(top, layer);
        var last = 0;
        for (var i = 0; i < opened.Count; i++)
        {
            var kind = opened[i].Model.Kind;
            if (kind is SectionKind.Layer or SectionKind.Stack or SectionKind.NextLayer) last = _layers[i].Last;
            else if (kind == SectionKind.PreviousLayer) Place(i, last, last);
            else if (kind == SectionKind.LastLayer) Place(i, top + 1, top + 1);
        }

        foreach (var layer in _claimed) Count = Math.Max(Count, layer + 1);
    }
}
