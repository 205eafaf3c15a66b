namespace LayerDecayGen;

/// <summary>How the height of a cycle changes.</summary>
public enum CyclicMode
{
    /// <summary>Not at all.</summary>
    Triangular,

    /// <summary>Halved after each cycle.</summary>
    Triangular2,

    /// <summary>Times a factor at each step.</summary>
    ExponentialRange,
}

/// <summary>
/// Up and down between two levels (torch <c>CyclicLR</c>; Smith, "Cyclical learning rates"). Downwards first for momentum, against the
/// rate. Sets the value outright.
/// </summary>
internal sealed class CyclicRule(Level lower, Level upper, double up, double down, CyclicMode mode, double gamma, bool downFirst) : Rule
{
    public override IEnumerable<Level> Levels => [lower, upper];

    public override void Apply(long step, in Lanes lanes)
    {
        var size = up + down;
        var ratio = up / size;
        var cycle = Math.Floor(1 + step / size);
        var x = 1 + step / size - cycle;
        var height = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
        var scale = mode switch
        {
            CyclicMode.Triangular => 1,
            CyclicMode.Triangular2 => 1 / Math.Pow(2, cycle - 1),
            _ => Math.Pow(gamma, step),
        };
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++)
        {
            var (low, high) = (lower.Of(lanes, g), upper.Of(lanes, g));
            var rise = (high - low) * height * scale;
            values[g] = downFirst ? high - rise : low + rise;
        }
    }
}
