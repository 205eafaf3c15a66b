using ScottPlot;

namespace LayerDecayGen.Plotting;

/// <summary>Pictures of parameter groups.</summary>
public static class GroupPlot
{
    /// <summary>The base learning rate of every group as bars, stem to head, so that the decay over layers is seen at once.</summary>
    /// <param name="groups">The groups; <see cref="ScheduledGroup.From(IEnumerable{ParameterGroup}, double, double)"/> makes them from a
    /// model's.</param>
    /// <exception cref="ArgumentException">There are no groups.</exception>
    public static Plot LearningRates(IReadOnlyList<ScheduledGroup> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        if (groups.Count == 0) throw new ArgumentException("There are no groups to show.", nameof(groups));
        ScheduledGroup[] ordered = [.. groups.OrderBy(g => g.Layer ?? int.MaxValue)];
        var plot = new Plot();
        plot.Add.Bars(ordered
            .Select((g, i) => new Bar { Position = i, Value = g.LearningRate, FillColor = SchedulePlot.Shade(i, ordered.Length) })
            .ToList());
        plot.Axes.Bottom.SetTicks([.. ordered.Select((_, i) => (double)i)], [.. ordered.Select(g => g.Name)]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 60;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleLeft;
        plot.Axes.Bottom.MinimumSize = 120;
        plot.Axes.Right.MinimumSize = 40;
        plot.Axes.Margins(bottom: 0);
        plot.Title("base learning rate by group");
        plot.YLabel("learning rate");
        return plot;
    }
}
