namespace LayerDecayGen.Benchmarks.Report;

/// <summary>How a row's ratio is held against its bar.</summary>
internal enum BarKind
{
    /// <summary>No bar: a figure to know.</summary>
    None,

    /// <summary>The other side's time over ours must reach the bar: "at least 4x faster".</summary>
    SpeedUpAtLeast,

    /// <summary>Ours over the other side must not pass the bar: "at most 1.10x".</summary>
    RatioAtMost,

    /// <summary>Ours over the other side must reach the bar: "at least 0.9 of the bandwidth".</summary>
    RatioAtLeast,
}

/// <summary>One line of the report.</summary>
/// <param name="What">What was measured.</param>
/// <param name="Ours">Our figure, in <paramref name="Unit"/>.</param>
/// <param name="OtherSide">What it is held against, with its name: "stock AdamW", "bare fused call", "budget".</param>
/// <param name="Other">The other side's figure, in <paramref name="Unit"/>.</param>
/// <param name="Unit">The unit: "ms", "µs", "KB", "GB/s".</param>
internal sealed record Row(string What, double Ours, string OtherSide, double Other, string Unit)
{
    /// <summary>The median of the ratios ours / other of single pairs; the ratio of the medians where there were no pairs.</summary>
    public double Ratio { get; init; } = Ours / Other;

    /// <summary>The bar's kind.</summary>
    public BarKind Kind { get; init; }

    /// <summary>The bar.</summary>
    public double Bar { get; init; }

    /// <summary>Whether the bar is met; null without one.</summary>
    public bool? Met => Kind switch
    {
        BarKind.SpeedUpAtLeast => 1 / Ratio >= Bar,
        BarKind.RatioAtMost => Ratio <= Bar,
        BarKind.RatioAtLeast => Ratio >= Bar,
        _ => null,
    };

    /// <summary>A row out of a measured pair.</summary>
    public static Row Of(string what, string otherSide, Pair pair, BarKind kind = BarKind.None, double bar = 0)
    {
        var (scale, unit) = Math.Max(pair.Ours, pair.Other) < 1e-3 ? (1e6, "µs") : (1e3, "ms");
        return new Row(what, pair.Ours * scale, otherSide, pair.Other * scale, unit) { Ratio = pair.Ratio, Kind = kind, Bar = bar };
    }
}
