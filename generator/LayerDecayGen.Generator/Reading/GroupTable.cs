using System.Globalization;
using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Reading;

/// <summary>What hovering shows: the table of sections on <c>GetParameterGroups</c>, and a sentence on each property.</summary>
internal sealed class GroupTable(IReadOnlyList<OpenedSection> sections, IReadOnlyList<(int Section, string Path)> exemptions, ConstantDepth? depth, double rate)
{
    private readonly ImmutableEquatableArray<double> _scales = depth?.Scales(rate) ?? ImmutableEquatableArray<double>.Empty;

    /// <summary>The lr scale of each layer where depth and rate are constants; empty elsewhere.</summary>
    public ImmutableEquatableArray<double> Scales => _scales;

    /// <summary>The sections with a sentence each.</summary>
    public ImmutableEquatableArray<SectionModel> Sections()
    {
        var list = new List<SectionModel>();
        for (var i = 0; i < sections.Count; i++)
            list.Add(sections[i].Model with { Summary = InWords(i) + ": <c>" + Escape(sections[i].Model.Path.Length == 0 ? "the whole model" : sections[i].Model.Path) + "</c>." });
        return ImmutableEquatableArray<SectionModel>.From(list);
    }

    /// <summary>The table, line by line, in the form of XML documentation.</summary>
    public ImmutableEquatableArray<string> Lines()
    {
        var rows = new List<(string Layer, string Scale, string Section, string Names)> { ("layer", _scales.Count == 0 ? "" : "lr scale", "section", "names, * not decayed") };
        for (var i = 0; i < sections.Count; i++)
        {
            rows.Add((LayerOf(i), ScaleOf(i), sections[i].Model.Property, sections[i].Model.Path + (sections[i].NoWeightDecay ? " *" : "")));
            foreach (var (section, path) in exemptions)
                if (section == i)
                    rows.Add(("", "", "", path + " *"));
        }

        int layer = 0, scale = -2, name = 0;
        foreach (var row in rows)
            (layer, scale, name) = (Math.Max(layer, row.Layer.Length), Math.Max(scale, row.Scale.Length == 0 ? -2 : row.Scale.Length), Math.Max(name, row.Section.Length));
        var lines = new List<string>();
        foreach (var row in rows)
            lines.Add(row.Layer.PadRight(layer + 2) + row.Scale.PadRight(scale + 2) + row.Section.PadRight(name + 2) + Escape(row.Names));
        return ImmutableEquatableArray<string>.From(lines);
    }

    /// <summary>Text as it stands in XML documentation.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    private string InWords(int index)
    {
        if (Range(index) is { } range) return (range.IndexOf(' ') < 0 ? "Layer " : "Layers ") + range;
        var section = sections[index].Model;
        return section.Kind switch
        {
            SectionKind.Layer => "Layer " + Number(section.Layer),
            SectionKind.Stack when section.LayerOf is not null => "Layers by method",
            SectionKind.Stack => "One layer " + PerChild(section),
            SectionKind.PreviousLayer => "The layer opened before it",
            SectionKind.NextLayer => "The next layer",
            _ => "The last layer",
        };
    }

    private string LayerOf(int index)
    {
        if (Range(index) is { } range) return range;
        var section = sections[index].Model;
        return section.Kind switch
        {
            SectionKind.Layer => Number(section.Layer),
            SectionKind.Stack when section.LayerOf is not null => "by method",
            SectionKind.Stack => PerChild(section),
            SectionKind.PreviousLayer => "previous",
            SectionKind.NextLayer => "next",
            SectionKind.LastLayer => "last",
            _ => "none",
        };
    }

    private static string PerChild(SectionModel section) =>
        section.BlocksPerLayer == 1 ? "per child" : "per " + Number(section.BlocksPerLayer) + " children";

    private string? Range(int index)
    {
        if (depth is null || depth.First(index) < 0) return null;
        var (first, last) = (Number(depth.First(index)), Number(depth.Last(index)));
        return first == last ? first : first + " to " + last;
    }

    private string ScaleOf(int index)
    {
        if (_scales.Count == 0 || depth!.First(index) < 0) return "";
        var first = _scales[depth.First(index)].ToString("G4", CultureInfo.InvariantCulture);
        var last = _scales[depth.Last(index)].ToString("G4", CultureInfo.InvariantCulture);
        return first == last ? first : first + " to " + last;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
