namespace LayerDecayGen.Training;

/// <summary>Range checks of numbers from a file.</summary>
internal static class Saved
{
    // Whole numbers above are not all doubles, and no training counts that far.
    public const long MaxCount = 1L << 53;

    public static long Count(long value, string what) =>
        value is >= 0 and <= MaxCount ? value : throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be from 0 to {MaxCount}."));

    public static double Finite(double value, string what) =>
        double.IsFinite(value) ? value : throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be finite."));

    public static double NotNegative(double value, string what) =>
        Finite(value, what) >= 0 ? value : throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be 0 or more."));

    public static double Share(double value, string what) =>
        NotNegative(value, what) <= 1 ? value : throw new CheckpointException(FormattableString.Invariant($"{what} is {value}: it must be in [0, 1]."));
}
