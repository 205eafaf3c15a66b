using System.Globalization;
using System.Text;

namespace LayerDecayGen;

/// <summary>The groups as text that a person checks before training.</summary>
internal static class GroupTable
{
    private static readonly string[] Header = ["layer", "lr scale", "lr", "weight decay", "tensors", "elements", "names"];
    private const int NamesShown = 3;

    public static string Render(ParameterGroups groups, double? baseLearningRate)
    {
        var rows = new List<string[]> { Header };
        rows.AddRange(groups.OrderBy(g => g.Layer ?? int.MaxValue).Select(g => Row(g, baseLearningRate)));
        var text = new StringBuilder();
        var widths = Enumerable.Range(0, Header.Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        foreach (var row in rows)
        {
            for (var c = 0; c < row.Length - 1; c++) text.Append(row[c].PadLeft(widths[c])).Append("  ");
            text.Append(row[^1]).Append('\n');
        }

        AppendFooter(text, groups);
        return text.ToString();
    }

    private static string[] Row(ParameterGroup group, double? baseLearningRate) =>
    [
        group.Layer is { } layer ? Format(layer) : "-",
        Number(group.LearningRateScale),
        baseLearningRate is { } rate ? Number(group.LearningRate(rate)) : "-",
        group.WeightDecay is { } decay ? Number(decay) : "-",
        Format(group.Parameters.Count),
        group.Parameters.Sum(p => p.numel()).ToString("N0", CultureInfo.InvariantCulture),
        Names(group),
    ];

    private static string Names(ParameterGroup group)
    {
        var shown = string.Join(", ", group.ParameterNames.Take(NamesShown));
        var more = group.ParameterNames.Length - NamesShown;
        return more > 0 ? $"{shown}, … {Format(more)} more" : shown;
    }

    private static void AppendFooter(StringBuilder text, ParameterGroups groups)
    {
        var facts = groups.Facts.Parameters;
        var tied = facts.Where(f => f.TiedTo is not null).ToArray();
        var frozen = facts.Where(f => f.Frozen && f.TiedTo is null).ToArray();
        text.Append(Format(groups.Count)).Append(" groups, ").Append(Format(groups.Sum(g => g.Parameters.Count))).Append(" tensors, ")
            .Append(groups.SelectMany(g => g.Parameters).Sum(p => p.numel()).ToString("N0", CultureInfo.InvariantCulture)).Append(" elements");
        if (frozen.Length > 0) text.Append("; frozen: ").Append(Format(frozen.Length)).Append(" tensors");
        text.Append('\n');
        foreach (var fact in tied) text.Append("tied: ").Append(fact.Name).Append(" is ").Append(fact.TiedTo).Append('\n');
        foreach (var warning in groups.Warnings) text.Append("warning: ").Append(warning).Append('\n');
    }

    private static string Format(int value) => value.ToString(CultureInfo.InvariantCulture);

    // Four digits tell the layers apart; small rates need the exponent.
    private static string Number(double value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
