using System.Globalization;
using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitter;

/// <summary>The table of sections that hovering <c>GetParameterGroups</c> shows.</summary>
internal static class GroupTable
{
    public static void Write(SourceWriter writer, LayoutModel model)
    {
        var rows = new List<(string Layer, string Scale, string Section, string Names)> { ("layer", model.Scales.Count == 0 ? "" : "lr scale", "section", "names, * not decayed") };
        for (var i = 0; i < model.Sections.Count; i++)
        {
            var section = model.Sections[i];
            rows.Add((LayerOf(model, i), ScaleOf(model, i), section.Property, section.Path + (section.NoWeightDecay ? " *" : "")));
            foreach (var exemption in model.Exemptions)
                if (exemption.Section == i)
                    rows.Add(("", "", "", exemption.Path + " *"));
        }

        int layer = 0, scale = -2, name = 0;
        foreach (var row in rows)
            (layer, scale, name) = (Math.Max(layer, row.Layer.Length), Math.Max(scale, row.Scale.Length == 0 ? -2 : row.Scale.Length), Math.Max(name, row.Section.Length));
        foreach (var row in rows)
            writer.Line("/// ", row.Layer.PadRight(layer + 2), row.Scale.PadRight(scale + 2), row.Section.PadRight(name + 2), LayoutEmitter.Xml(row.Names));
    }

    /// <summary>A section's layer in words for its property: numbers where depth is constant, else what the attribute says.</summary>
    public static string InWords(LayoutModel model, int index)
    {
        if (Range(model, index) is { } range) return (range.IndexOf(' ') < 0 ? "Layer " : "Layers ") + range;
        var section = model.Sections[index];
        return section.Kind switch
        {
            SectionKind.Layer => "Layer " + SourceWriter.Literal(section.Layer),
            SectionKind.Stack when section.LayerOf is not null => "Layers by method",
            SectionKind.Stack => "Layer " + PerChild(section),
            SectionKind.PreviousLayer => "Previous layer",
            _ => "Last layer",
        };
    }

    private static string LayerOf(LayoutModel model, int index)
    {
        if (Range(model, index) is { } range) return range;
        var section = model.Sections[index];
        return section.Kind switch
        {
            SectionKind.Layer => SourceWriter.Literal(section.Layer),
            SectionKind.Stack when section.LayerOf is not null => "by method",
            SectionKind.Stack => PerChild(section),
            SectionKind.PreviousLayer => "previous",
            SectionKind.LastLayer => "last",
            _ => "none",
        };
    }

    private static string PerChild(SectionModel section) =>
        section.BlocksPerLayer == 1 ? "per child" : "per " + SourceWriter.Literal(section.BlocksPerLayer) + " children";

    private static string? Range(LayoutModel model, int index)
    {
        if (model.Layers.Count == 0 || model.Layers[2 * index] < 0) return null;
        var first = SourceWriter.Literal(model.Layers[2 * index]);
        var last = SourceWriter.Literal(model.Layers[(2 * index) + 1]);
        return first == last ? first : first + " to " + last;
    }

    private static string ScaleOf(LayoutModel model, int index)
    {
        if (model.Scales.Count == 0 || model.Layers[2 * index] < 0) return "";
        var first = model.Scales[model.Layers[2 * index]].ToString("G4", CultureInfo.InvariantCulture);
        var last = model.Scales[model.Layers[(2 * index) + 1]].ToString("G4", CultureInfo.InvariantCulture);
        return first == last ? first : first + " to " + last;
    }
}
