using System.Globalization;
using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitter;

/// <summary>The table of sections that hovering <c>GetParameterGroups</c> shows.</summary>
internal static class GroupTable
{
    public static void Write(SourceWriter writer, LayoutModel model)
    {
        var rows = new List<string[]> { new[] { "section", "layer", "lr scale", "weight decay", "names" } };
        for (var i = 0; i < model.Sections.Count; i++)
        {
            var section = model.Sections[i];
            rows.Add(new[] { section.Property, LayerOf(model, i), ScaleOf(model, i), section.NoWeightDecay ? "no" : "yes", section.Path });
            foreach (var exemption in model.Exemptions)
                if (exemption.Section == i)
                    rows.Add(new[] { "", "", "", "no", exemption.Path });
        }

        foreach (var row in rows) Row(writer, row, rows, skipScale: model.Scales.Count == 0);
    }

    /// <summary>A section's layer in words, or in numbers where depth is constant.</summary>
    public static string LayerOf(LayoutModel model, int index)
    {
        if (model.Layers.Count == 0 || model.Layers[2 * index] < 0) return InWords(model.Sections[index]);
        var first = SourceWriter.Literal(model.Layers[2 * index]);
        var last = SourceWriter.Literal(model.Layers[(2 * index) + 1]);
        return first == last ? first : first + " to " + last;
    }

    private static string InWords(SectionModel section) => section.Kind switch
    {
        SectionKind.Layer => SourceWriter.Literal(section.Layer),
        SectionKind.Stack when section.LayerOf is not null => "by method",
        SectionKind.Stack when section.BlocksPerLayer > 1 => "one per " + SourceWriter.Literal(section.BlocksPerLayer) + " children",
        SectionKind.Stack => "one per child",
        SectionKind.PreviousLayer => "previous",
        SectionKind.LastLayer => "last",
        _ => "none",
    };

    private static string ScaleOf(LayoutModel model, int index)
    {
        if (model.Scales.Count == 0 || model.Layers[2 * index] < 0) return "";
        var first = model.Scales[model.Layers[2 * index]].ToString("G4", CultureInfo.InvariantCulture);
        var last = model.Scales[model.Layers[(2 * index) + 1]].ToString("G4", CultureInfo.InvariantCulture);
        return first == last ? first : first + " to " + last;
    }

    private static void Row(SourceWriter writer, string[] row, List<string[]> rows, bool skipScale)
    {
        var text = "/// ";
        for (var column = 0; column < row.Length - 1; column++)
            if (column != 2 || !skipScale)
                text += row[column].PadRight(WidthOf(column, rows) + 2);
        writer.Line(text, LayoutEmitter.Xml(row[row.Length - 1]));
    }

    private static int WidthOf(int column, List<string[]> rows)
    {
        var width = 0;
        foreach (var row in rows) width = Math.Max(width, row[column].Length);
        return width;
    }
}
