using System.Globalization;
using LayerDecayGen.Generator.Model;
using LayerDecayGen.Generator.Review;
using LayerDecayGen.Review;

namespace LayerDecayGen.Generator.Reading;

/// <summary>The sections of a model in words: the groups file, which hovering over <c>GetParameterGroups</c> shows as well.</summary>
internal sealed class GroupTable(IReadOnlyList<OpenedSection> sections, MatchNode names, ConstantDepth? depth, double rate)
{
    private readonly ImmutableEquatableArray<double> _scales = depth?.Scales(rate) ?? ImmutableEquatableArray<double>.Empty;

    /// <summary>The lr scale of each layer where depth and rate are constants; empty elsewhere.</summary>
    public ImmutableEquatableArray<double> Scales => _scales;

    /// <summary>The sections with a sentence each.</summary>
    public ImmutableEquatableArray<SectionModel> Sections()
    {
        var list = new List<SectionModel>();
        for (var i = 0; i < sections.Count; i++)
            list.Add(sections[i].Model with { Summary = InWords(i) + ": <c>" + Escape(PathOf(i)) + "</c>." });
        return ImmutableEquatableArray<SectionModel>.From(list);
    }

    /// <summary>One line per section, with numbers and scales where the depth is constant.</summary>
    public GroupsFile File(string model)
    {
        var facets = new SectionFacets(names, sections.Count);
        var rows = new List<string[]>();
        var counted = 0;
        for (var i = 0; i < sections.Count; i++)
        {
            var section = sections[i].Model;
            var layer = LayerOf(section);
            if (section.Kind is SectionKind.Stack or SectionKind.NextLayer && section.Order != counted++) layer += ", order " + Number(section.Order);
            string[] declared =
                [section.Property, layer, "`" + PathOf(i) + "`", facets.WeightDecay(i), facets.Factor(i), facets.Frozen(i)];
            rows.Add(depth is null ? declared : [.. declared, Range(i) ?? "", ScaleOf(i)]);
        }

        return new GroupsFile(model, GroupsFile.RuleOf(double.IsNaN(rate) ? null : rate.ToString("R", CultureInfo.InvariantCulture)), rows);
    }

    /// <summary>Text as it stands in XML documentation.</summary>
    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    private string PathOf(int index) => sections[index].Model.Path is { Length: > 0 } path ? path : "the whole model";

    private string InWords(int index)
    {
        if (Range(index) is { } range) return (range.IndexOf(' ') < 0 ? "Layer " : "Layers ") + range;
        var section = sections[index].Model;
        return section.Kind switch
        {
            SectionKind.Layer => "Layer " + Number(section.Layer),
            SectionKind.Stack when section.LayerOf is not null => "Layers by method",
            SectionKind.Stack when section.BlocksPerLayer == 1 => "One layer per child",
            SectionKind.Stack => "One layer per " + Number(section.BlocksPerLayer) + " children",
            SectionKind.PreviousLayer => "The layer opened before it",
            SectionKind.NextLayer => "The next layer",
            _ => "The last layer",
        };
    }

    private static string LayerOf(SectionModel section) => section.Kind switch
    {
        SectionKind.Layer => Number(section.Layer),
        SectionKind.Stack when section.LayerOf is { } call => "by " + call.Substring(call.LastIndexOf('.', call.IndexOf('(')) + 1),
        SectionKind.Stack => "each" + (section.BlocksPerLayer == 1 ? "" : " " + Number(section.BlocksPerLayer))
            + (section.Count == 0 ? section.BlocksPerLayer == 1 ? " child" : " children" : " of " + Number(section.Count) + " children")
            + (section.CountEmpty ? ", empty ones too" : ""),
        SectionKind.PreviousLayer => "previous",
        SectionKind.NextLayer => "next",
        SectionKind.LastLayer => "last",
        _ => "none",
    };

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
