using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Emitter;

/// <summary>The table of sections that hovering <c>GetParameterGroups</c> shows.</summary>
internal static class GroupTable
{
    public static void Write(SourceWriter writer, LayoutModel model)
    {
        var name = "Section".Length;
        var layer = "Layer".Length;
        foreach (var section in model.Sections)
        {
            name = Math.Max(name, section.Property.Length);
            layer = Math.Max(layer, Layer(section).Length);
        }

        Row(writer, "Section".PadRight(name), "Layer".PadRight(layer), "Decay", "Names");
        foreach (var section in model.Sections)
            Row(writer, section.Property.PadRight(name), Layer(section).PadRight(layer), section.NoWeightDecay ? "no   " : "yes  ", section.Path);
    }

    /// <summary>A section's layer in words.</summary>
    public static string Layer(SectionModel section) => section.Kind switch
    {
        SectionKind.Layer => "layer " + SourceWriter.Literal(section.Layer),
        SectionKind.Stack when section.BlocksPerLayer > 1 => SourceWriter.Literal(section.BlocksPerLayer) + " a layer",
        SectionKind.Stack when section.LayerOf is not null => "by method",
        SectionKind.Stack => "one layer each",
        SectionKind.PreviousLayer => "previous layer",
        SectionKind.LastLayer => "last layer",
        _ => "none",
    };

    private static void Row(SourceWriter writer, string name, string layer, string decay, string path) =>
        writer.Line("/// ", name, "  " + layer + "  ", decay, "  " + Escape(path));

    private static string Escape(string path) => path.Replace("<", "&lt;").Replace(">", "&gt;");
}
