using ScottPlot;

namespace LayerDecayGen.Plotting;

/// <summary>Pictures of evaluated schedules: what every layer gets at every update, before anything trains. Needs no LibTorch.</summary>
public static class SchedulePlot
{
    // More points or columns than pixels only cost.
    private const int MostPoints = 2000;
    private const int MostColumns = 600;
    private const int MostLegendItems = 16;

    /// <summary>A hyper-parameter by update, one line a layer, from dark (the stem) to light (the head).</summary>
    /// <param name="table">The schedules.</param>
    /// <param name="target">Which hyper-parameter; one that a schedule drives.</param>
    /// <exception cref="ArgumentException">No schedule drives it.</exception>
    public static Plot ByUpdate(ScheduleTable table, Hyperparameter target = Hyperparameter.LearningRate)
    {
        ArgumentNullException.ThrowIfNull(table);
        var (plot, rows) = (new Plot(), LayerRows.Of(table, target));
        var updates = Sampled(table.Run.Length.Count, MostPoints);
        double[] xs = [.. updates.Select(u => (double)u)];
        for (var r = 0; r < rows.Count; r++)
        {
            var group = rows[r].Group;
            var line = plot.Add.ScatterLine(xs, [.. updates.Select(u => table.Row(target, u)[group])]);
            line.Color = Shade(r, rows.Count);
            line.LineWidth = 2;
            if (rows.Count <= MostLegendItems) line.LegendText = rows[r].Label;
        }

        plot.Axes.Margins(horizontal: 0);
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(0, plot.Axes.GetLimits().Top);
        Title(plot, target, "update", Name(target));
        if (rows.Count <= MostLegendItems) plot.ShowLegend(Alignment.UpperRight);
        return plot;
    }

    /// <summary>A hyper-parameter as a heat map, layers upwards and updates to the right, by powers of ten.</summary>
    /// <param name="table">The schedules.</param>
    /// <param name="target">Which hyper-parameter; one that a schedule drives.</param>
    /// <exception cref="ArgumentException">No schedule drives it.</exception>
    public static Plot HeatMap(ScheduleTable table, Hyperparameter target = Hyperparameter.LearningRate)
    {
        ArgumentNullException.ThrowIfNull(table);
        var (plot, rows) = (new Plot(), LayerRows.Of(table, target));
        var updates = Sampled(table.Run.Length.Count, MostColumns);
        var map = plot.Add.Heatmap(Powers(table, target, rows, updates));
        map.Colormap = new ScottPlot.Colormaps.Viridis();
        // From centre to centre of the outermost cells.
        map.Extent = new CoordinateRect(0, Math.Max(1, table.Run.Length.Count - 1), 0, Math.Max(1, rows.Count - 1));
        plot.Add.ColorBar(map).Label = $"log10 of {Name(target)}";
        plot.Axes.Left.SetTicks([.. rows.Select((_, r) => (double)r)], [.. rows.Select(r => r.Label)]);
        plot.Axes.Margins(0, 0);
        Title(plot, target, "update", "layer");
        return plot;
    }

    internal static Color Shade(int index, int count) =>
        new ScottPlot.Colormaps.Viridis().GetColor(count == 1 ? 0.3 : 0.9 * index / (count - 1));

    // Row 0 is the topmost. A map needs two cells each way, so what is one alone is there twice.
    private static double[,] Powers(
        ScheduleTable table, Hyperparameter target, IReadOnlyList<(string Label, int Group)> rows, long[] updates)
    {
        var powers = new double[Math.Max(2, rows.Count), Math.Max(2, updates.Length)];
        for (var r = 0; r < powers.GetLength(0); r++)
        {
            var group = rows[Math.Max(0, rows.Count - 1 - r)].Group;
            for (var u = 0; u < powers.GetLength(1); u++)
                powers[r, u] = Power(table.Row(target, updates[Math.Min(u, updates.Length - 1)])[group]);
        }

        return powers;
    }

    private static void Title(Plot plot, Hyperparameter target, string across, string upwards)
    {
        plot.Title($"{Name(target)} by update and layer");
        plot.XLabel(across);
        plot.YLabel(upwards);
    }

    private static string Name(Hyperparameter target) => target switch
    {
        Hyperparameter.LearningRate => "learning rate",
        Hyperparameter.Momentum => "momentum",
        _ => "weight decay",
    };

    // Zero has no logarithm, and a gap in the map shows it best.
    private static double Power(double value) => value > 0 ? Math.Log10(value) : double.NaN;

    // Evenly, the last update always among them.
    private static long[] Sampled(long updates, int most)
    {
        var count = (int)Math.Min(updates, most);
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (long)Math.Round((double)i * (updates - 1) / (count - 1)))];
    }
}
