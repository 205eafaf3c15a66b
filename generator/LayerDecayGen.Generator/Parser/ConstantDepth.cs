using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The layer numbers of a model whose depth is constant, by the rule that the runtime's <c>LayerNumbering</c> applies to live models: for
/// documentation and constants only.
/// </summary>
internal sealed class ConstantDepth
{
    private readonly List<int> _layers = [];
    private readonly HashSet<int> _claimed = [];

    private ConstantDepth(int sections)
    {
        for (var i = 0; i < 2 * sections; i++) _layers.Add(-1);
    }

    /// <summary>The first and last layer of each section, two entries a section; -1 for a section without a layer.</summary>
    public ImmutableEquatableArray<int> Layers => ImmutableEquatableArray<int>.From(_layers);

    /// <summary>The number of layers.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers the sections; null where some depth is known at run time only.</summary>
    public static ConstantDepth? Of(ImmutableEquatableArray<SectionModel> sections)
    {
        var any = false;
        foreach (var section in sections)
        {
            any |= section.Kind != SectionKind.Unassigned;
            if (section.Optional || (section.Kind == SectionKind.Stack && (section.Count == 0 || section.LayerOf is not null))) return null;
        }

        if (!any) return null;
        var depth = new ConstantDepth(sections.Count);
        depth.PlaceNumbered(sections);
        depth.PlaceStacks(sections);
        depth.PlaceRest(sections);
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
        _layers[2 * section] = first;
        _layers[(2 * section) + 1] = last;
        for (var layer = first; layer <= last; layer++) _claimed.Add(layer);
    }

    private void PlaceNumbered(ImmutableEquatableArray<SectionModel> sections)
    {
        for (var i = 0; i < sections.Count; i++)
            if (sections[i].Kind == SectionKind.Layer)
                Place(i, sections[i].Layer, sections[i].Layer);
    }

    private void PlaceStacks(ImmutableEquatableArray<SectionModel> sections)
    {
        var orders = new SortedSet<int>();
        foreach (var section in sections)
            if (section.Kind == SectionKind.Stack)
                orders.Add(section.Order);
        var next = 0;
        while (_claimed.Contains(next)) next++;
        foreach (var order in orders)
        {
            var end = next;
            for (var i = 0; i < sections.Count; i++)
            {
                var section = sections[i];
                if (section.Kind != SectionKind.Stack || section.Order != order) continue;
                var layers = (section.Count + section.BlocksPerLayer - 1) / section.BlocksPerLayer;
                Place(i, next, next + layers - 1);
                end = Math.Max(end, next + layers);
            }

            next = end;
        }
    }

    private void PlaceRest(ImmutableEquatableArray<SectionModel> sections)
    {
        var top = -1;
        foreach (var layer in _claimed) top = Math.Max(top, layer);
        var opened = 0;
        for (var i = 0; i < sections.Count; i++)
        {
            if (sections[i].Kind is SectionKind.Layer or SectionKind.Stack) opened = _layers[(2 * i) + 1];
            else if (sections[i].Kind == SectionKind.PreviousLayer) Place(i, opened, opened);
            else if (sections[i].Kind == SectionKind.LastLayer) Place(i, top + 1, top + 1);
        }

        foreach (var layer in _claimed) Count = Math.Max(Count, layer + 1);
    }
}
