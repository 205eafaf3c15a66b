using System.Globalization;

namespace LayerDecayGen;

/// <summary>Ranges of hyper-parameters: said with the name, what was found and what would do.</summary>
internal static class OptimizerCheck
{
    public static double NotNegative(double value, string what) =>
        double.IsFinite(value) && value >= 0 ? value : throw OutOfRange(value, what, "a number from 0 up");

    /// <summary>A decay of a running mean.</summary>
    public static double Fraction(double value, string what) => value is >= 0 and < 1 ? value : throw OutOfRange(value, what, "in [0, 1)");

    public static double Between(double value, double low, double high, string what) =>
        value > low && value < high ? value : throw OutOfRange(value, what, string.Create(CultureInfo.InvariantCulture, $"in ({low}, {high})"));

    private static ArgumentException OutOfRange(double value, string what, string allowed) =>
        new($"The {what} is {value.ToString(CultureInfo.InvariantCulture)}; it has to be {allowed}.");
}
