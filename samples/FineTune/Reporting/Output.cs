using System.Globalization;
using FineTune.Training;
using LayerDecayGen.Plotting;
using LayerDecayGen.Training;
using ScottPlot;

namespace FineTune.Reporting;

/// <summary>The files that a job leaves, the fine-tuned model last.</summary>
internal static class Output
{
    public static IReadOnlyList<string> Write(JobOptions options, Trainer trainer, string vocabulary)
    {
        string In(string file) => Path.Combine(options.Out, file);
        File.WriteAllText(In("metrics.csv"), Csv(trainer.History, trainer.Layers));
        var rates = trainer.Schedules.ToTable();
        SchedulePlot.ByUpdate(rates).Write(In("lr.svg"));
        SchedulePlot.HeatMap(rates).Write(In("lr.png"));
        Ratios(trainer.History, trainer.Layers).Write(In("update-to-weight.png"));
        File.Copy(vocabulary, In("vocab.txt"), overwrite: true);
        using (trainer.Average?.Swap()) ModelWeights.Save(trainer.Model, In("model.safetensors"));
        return [In("metrics.csv"), In("lr.svg"), In("lr.png"), In("update-to-weight.png"), In("vocab.txt"), In("model.safetensors")];
    }

    private static string Csv(History history, IReadOnlyList<int?> layers)
    {
        var header = string.Join(',', ["update", "epoch", "loss", "gradient_norm", .. layers.Select(l => $"lr_{l}"), .. layers.Select(l => $"update_to_weight_{l}"), "accuracy"]);
        var lines = history.Rows.Select(r => string.Join(',',
        [
            Text(r.Update), Text(r.Epoch), Text(r.Loss), Text(r.GradientNorm), .. r.Rates.Select(v => Text(v)),
            .. layers.Select((_, i) => Text(r.Ratios?[i])), Text(r.Accuracy),
        ]));
        return string.Join('\n', lines.Prepend(header)) + "\n";
    }

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static Plot Ratios(History history, IReadOnlyList<int?> layers)
    {
        var plot = new Plot();
        var rows = history.Rows.Where(r => r.Ratios is not null).ToArray();
        for (var i = 0; i < layers.Count; i++)
        {
            // A rate of 0, as at the end of a schedule, moves nothing and has no logarithm.
            var points = rows.Where(r => r.Ratios![i] > 0).Select(r => new Coordinates(r.Update, Math.Log10(r.Ratios![i]))).ToArray();
            if (points.Length == 0) continue;
            var line = plot.Add.ScatterLine(points);
            line.Color = new ScottPlot.Colormaps.Viridis().GetColor(0.9 * i / Math.Max(1, layers.Count - 1));
            line.LineWidth = 2;
            line.LegendText = $"layer {layers[i]}";
        }

        plot.Title("update-to-weight ratio by layer");
        plot.XLabel("update");
        plot.YLabel("log10 of |change| / |weights|");
        plot.ShowLegend(Alignment.LowerLeft);
        return plot;
    }
}
