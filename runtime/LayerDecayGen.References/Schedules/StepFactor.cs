namespace LayerDecayGen.References;

/// <summary>The base value times a factor of the step alone, as references state theirs for torch's <c>LambdaLR</c>.</summary>
internal sealed class StepFactorCurve(Func<double, double> factor, bool jumps) : OutrightCurve
{
    public override bool Jumps => jumps;

    protected override void Set(long step, in GroupValues values)
    {
        var share = factor(step);
        for (var g = 0; g < values.Values.Length; g++) values.Values[g] = values.Bases[g] * share;
    }
}

/// <summary>Curves from 1 at progress 0 down to 0 at progress 1.</summary>
internal static class DecayCurve
{
    public static double At(DecayShape shape, double progress) => shape switch
    {
        DecayShape.Cosine => 0.5 * (1 + Math.Cos(Math.PI * progress)),
        DecayShape.SquareRoot => 1 - Math.Sqrt(progress),
        _ => 1 - progress,
    };

    public static DecayShape Checked(DecayShape shape, string name) =>
        shape is DecayShape.Linear or DecayShape.Cosine or DecayShape.SquareRoot
            ? shape
            : throw new ArgumentOutOfRangeException(name, shape, $"{name} is {shape}: it must be Linear, Cosine or SquareRoot.");

    public static double Above(double minimum, double factor) => factor * (1 - minimum) + minimum;

    /// <summary>A schedule by a factor of the step, the lengths counted in its steps.</summary>
    public static Schedule Schedule<TUnit>(
        string kind, TUnit warmup, TUnit[] lengths, Func<double, double[], Func<double, double>> curve, bool jumps = false)
        where TUnit : struct, IScheduleUnit
    {
        Require.NotNegative(warmup.Time.Count, nameof(warmup));
        foreach (var length in lengths) Require.NotNegative(length.Time.Count, nameof(length));
        return LayerDecayGen.Schedule.Make<TUnit>(kind, default, null, window => new StepFactorCurve(
            curve(window.StepAt(warmup.Time), [.. lengths.Select(l => window.StepAt(l.Time))]), jumps)) with
        {
            WarmsUp = warmup.Time.Count > 0,
        };
    }
}
