namespace LayerDecayGen;

/// <summary>How the last part of warm-up, stable, decay goes down.</summary>
public enum DecayShape
{
    /// <summary>1 - p.</summary>
    Linear,

    /// <summary>Half a cosine.</summary>
    Cosine,

    /// <summary>1 - √p: steep first (Hägele et al., "Scaling laws and compute-optimal training beyond fixed training durations").</summary>
    SquareRoot,

    /// <summary>By a constant factor an update, to a minimum above 0 (Hu et al., MiniCPM).</summary>
    Exponential,
}

/// <summary>Warm-up, a stable rate, and a decay over the last share of the run. Sets the value outright.</summary>
internal sealed class WarmupStableDecayRule(
    double warmup, double decayFrom, double end, DecayShape shape, Level minimum, double startFactor) : Rule
{
    public override IEnumerable<Level> Levels => [minimum];

    public override void Apply(long step, in Lanes lanes)
    {
        var values = lanes.Values;
        for (var g = 0; g < values.Length; g++) values[g] = Value(step, lanes.Bases[g], minimum.Of(lanes, g));
    }

    private double Value(long step, double value, double floor)
    {
        if (step < warmup - 1) return value * (startFactor + (1 - startFactor) * step / (warmup - 1));
        if (step < decayFrom) return value;
        var share = (step - decayFrom) / (end - decayFrom);
        return shape switch
        {
            DecayShape.Linear => floor + (value - floor) * (1 - share),
            DecayShape.Cosine => floor + (value - floor) * 0.5 * (1 + Math.Cos(Math.PI * share)),
            DecayShape.SquareRoot => floor + (value - floor) * (1 - Math.Sqrt(share)),
            _ => value * Math.Pow(floor / value, share),
        };
    }
}
