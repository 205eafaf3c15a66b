using System.Globalization;
using System.Runtime.CompilerServices;

namespace LayerDecayGen;

/// <summary>
/// The one range check of the library. Every number is checked where it is given; what is out of range is an
/// <see cref="ArgumentOutOfRangeException"/> that names the argument, the value and the range.
/// </summary>
internal static class Require
{
    /// <summary>Finite, 0 or more: rates, scales, weight decays.</summary>
    public static double NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= 0 && double.IsFinite(value) ? value : throw OutOfRange(value, name, "a finite number of 0 or more");

    /// <summary>Finite and above 0.</summary>
    public static double Positive(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > 0 && double.IsFinite(value) ? value : throw OutOfRange(value, name, "a finite number above 0");

    /// <summary>Any finite number.</summary>
    public static double Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        double.IsFinite(value) ? value : throw OutOfRange(value, name, "a finite number");

    /// <summary>In (0, 1]: a layer decay.</summary>
    public static double Decay(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is > 0 and <= 1 ? value : throw OutOfRange(value, name, "in (0, 1]");

    /// <summary>In [0, 1]: a share.</summary>
    public static double Share(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and <= 1 ? value : throw OutOfRange(value, name, "in [0, 1]");

    /// <summary>In [0, 1): the decay of a running mean.</summary>
    public static double Momentum(double value, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value is >= 0 and < 1 ? value : throw OutOfRange(value, name, "in [0, 1)");

    /// <summary>Between two numbers, both excluded.</summary>
    public static double Between(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value > low && value < high
            ? value
            : throw OutOfRange(value, name, string.Create(CultureInfo.InvariantCulture, $"in ({low}, {high})"));

    /// <summary>A count that is not below a minimum.</summary>
    public static int AtLeast(int value, int minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        (int)AtLeast((long)value, minimum, name);

    /// <summary>A count that is not below a minimum.</summary>
    public static long AtLeast(long value, long minimum, [CallerArgumentExpression(nameof(value))] string name = "") =>
        value >= minimum
            ? value
            : throw OutOfRange(value, name, string.Create(CultureInfo.InvariantCulture, $"at least {minimum}"));

    /// <summary>A value that its enumeration has.</summary>
    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(name, $"{name} is {value}: {typeof(T).Name} has no such value.");

    private static ArgumentOutOfRangeException OutOfRange(IFormattable value, string name, string wanted) =>
        new(name, $"{name} is {value.ToString(null, CultureInfo.InvariantCulture)}: it must be {wanted}.");
}
