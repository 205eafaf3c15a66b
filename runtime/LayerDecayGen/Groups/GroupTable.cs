using System.Globalization;
using System.Text;

namespace LayerDecayGen;

/// <summary>The groups as text that a person checks before training.</summary>
internal static class GroupTable
{
    private static readonly string[] s_header = ["layer", "lr scale", "lr", "weight decay", "tensors", "elements", "names"];
    private const int NamesShown = 3;
    private const int Gap = 2;

    public static string Render(ParameterGroups groups, double? baseLearningRate, int width)
    {
        var ordered = groups.OrderBy(g => g.Layer ?? int.MaxValue).ToList();
        var rows = new List<string[]> { s_header[..^1] };
        rows.AddRange(ordered.Select(g => Numbers(g, Rates(groups, g, baseLearningRate))));
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        var left = width - widths.Sum(w => w + Gap);
        var text = new StringBuilder();
        for (var i = 0; i < rows.Count; i++)
        {
            for (var c = 0; c < widths.Length; c++) text.Append(rows[i][c].PadLeft(widths[c])).Append(' ', Gap);
            text.Append(i == 0 ? s_header[^1] : Names(ordered[i - 1], left)).Append('\n');
        }

        AppendFooter(text, groups);
        return text.ToString();
    }

    private static (double? LearningRate, double? WeightDecay) Rates(ParameterGroups groups, ParameterGroup group, double? baseLearningRate)
    {
        if (groups.PresentRates(group.ParameterNames.Take(1)).Select(r => ((double, double?)?)r).FirstOrDefault() is var (rate, decay))
            return (baseLearningRate is { } b ? group.LearningRate(b) : rate, decay);
        return (baseLearningRate is { } given ? group.LearningRate(given) : null, group.WeightDecay);
    }

    private static string[] Numbers(ParameterGroup group, (double? LearningRate, double? WeightDecay) rates) =>
    [
        group.Layer is { } layer ? Format(layer) : "-",
        Number(group.LearningRateScale),
        rates.LearningRate is { } rate ? Number(rate) : "-",
        rates.WeightDecay is { } decay ? Number(decay) : "-",
        Format(group.ParameterNames.Length),
        group.Planned.Sum(p => p.Fact.Elements).ToString("N0", CultureInfo.InvariantCulture),
    ];

    // As many names as fit, at most three; a single long name loses its beginning, since the end tells names apart.
    private static string Names(ParameterGroup group, int width)
    {
        var names = group.ParameterNames;
        for (var shown = Math.Min(NamesShown, names.Length); shown > 0; shown--)
        {
            var more = names.Length - shown;
            var rest = more > 0 ? $", … {Format(more)} more" : "";
            var list = string.Join(", ", names.Take(shown)) + rest;
            if (list.Length <= width) return list;
            var room = Math.Max(2, width - rest.Length);
            if (shown == 1) return names[0].Length <= room ? list : string.Concat("…", names[0].AsSpan(names[0].Length - room + 1), rest);
        }

        return "";
    }

    private static void AppendFooter(StringBuilder text, ParameterGroups groups)
    {
        var facts = groups.Facts.Parameters;
        var frozen = facts.Count(f => f.Frozen && f.TiedTo is null) + groups.Plan.Frozen.Length;
        text.Append(Format(groups.Count)).Append(" groups, ").Append(Format(groups.Sum(g => g.ParameterNames.Length))).Append(" tensors, ")
            .Append(groups.Sum(g => g.Planned.Sum(p => p.Fact.Elements)).ToString("N0", CultureInfo.InvariantCulture)).Append(" elements");
        if (frozen > 0) text.Append("; frozen: ").Append(Format(frozen)).Append(" tensors");
        text.Append('\n');
        foreach (var fact in facts.Where(f => f.TiedTo is not null)) text.Append("tied: ").Append(fact.Name).Append(" is ").Append(fact.TiedTo).Append('\n');
        foreach (var warning in groups.Warnings) text.Append("warning: ").Append(warning).Append('\n');
    }

    private static string Format(int value) => value.ToString(CultureInfo.InvariantCulture);

    // Four digits tell the layers apart; small rates need the exponent.
    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
