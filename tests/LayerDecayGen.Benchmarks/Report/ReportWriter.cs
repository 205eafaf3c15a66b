using System.Globalization;
using System.Text.Json;

namespace LayerDecayGen.Benchmarks.Report;

/// <summary>Prints rows as Markdown while they come, and writes them as JSON at the end.</summary>
internal static class ReportWriter
{
    public static void Run(IEnumerable<ISuite> suites, TextWriter output, string? json)
    {
        var all = new Dictionary<string, List<Row>>();
        foreach (var suite in suites)
        {
            output.WriteLine($"## {suite.Name}\n");
            output.WriteLine("| what | ours | the other side | ratio | bar | met |");
            output.WriteLine("|---|---|---|---|---|---|");
            var rows = all[suite.Name] = [];
            foreach (var row in suite.Run())
            {
                rows.Add(row);
                output.WriteLine(Line(row));
            }

            output.WriteLine();
        }

        if (json is not null) File.WriteAllText(json, JsonSerializer.Serialize(all, new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    private static string Line(Row row) =>
        $"| {row.What} | {Number(row.Ours)} {row.Unit} | {row.OtherSide} {Number(row.Other)} {row.Unit} | {RatioText(row)} | {BarText(row)} | {MetText(row)} |";

    private static string RatioText(Row row) =>
        row.Kind == BarKind.SpeedUpAtLeast ? $"{Number(1 / row.Ratio)}x faster" : $"{row.Ratio.ToString("F2", CultureInfo.InvariantCulture)}x";

    private static string BarText(Row row) => row.Kind switch
    {
        BarKind.SpeedUpAtLeast => $"≥ {Number(row.Bar)}x faster",
        BarKind.RatioAtMost => $"≤ {row.Bar.ToString("F2", CultureInfo.InvariantCulture)}x",
        BarKind.RatioAtLeast => $"≥ {row.Bar.ToString("F2", CultureInfo.InvariantCulture)}x",
        _ => "",
    };

    private static string MetText(Row row) => row.Met switch { true => "yes", false => "**no**", null => "" };

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "F0" : "G3", CultureInfo.InvariantCulture);
}
