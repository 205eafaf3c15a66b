namespace LayerDecayGen.Plotting;

/// <summary>One group for each layer: groups of a layer differ in weight decay alone, so any shows its rate.</summary>
internal static class LayerRows
{
    /// <summary>The rows from the stem to the head; groups that belong to no layer by name, at the end.</summary>
    /// <param name="table">The schedules.</param>
    /// <param name="target">What is shown; of a layer's groups the one with the largest base value is taken.</param>
    public static IReadOnlyList<(string Label, int Group)> Of(ScheduleTable table, Hyperparameter target)
    {
        if (!table.Drives(target)) throw new ArgumentException($"No schedule drives {target}.", nameof(target));
        return
        [
            .. table.Groups.Select((group, index) => (Group: group, Index: index))
                .GroupBy(g => g.Group.Layer is { } layer ? FormattableString.Invariant($"layer {layer}") : g.Group.Name)
                .OrderBy(rows => rows.First().Group.Layer ?? int.MaxValue)
                .Select(rows => (rows.Key, rows.MaxBy(g => g.Group.Base(target) ?? 0).Index)),
        ];
    }
}
