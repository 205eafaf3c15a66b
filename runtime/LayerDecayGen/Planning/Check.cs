using System.Globalization;

namespace LayerDecayGen;

/// <summary>Numbers of options, each checked before anything is planned.</summary>
internal static class Check
{
    public static double Rate(double? value, string option, ModelFacts facts) => value switch
    {
        null => throw new PlanException(
            $"{option} is not set and {facts.ModelName} declares no rate: set {option}, or write [LayerDecay(rate)] on the model."),
        > 0 and <= 1 => value.Value,
        _ => throw Bad(value.Value, option, "a rate in (0, 1], such as 0.75"),
    };

    public static bool IsNotNegative(double value) => value >= 0 && double.IsFinite(value);

    public static void NotNegative(double value, string option)
    {
        if (!IsNotNegative(value)) throw Bad(value, option, "a finite number, 0 or above");
    }

    public static void Positive(double value, string option)
    {
        if (!(value > 0 && double.IsFinite(value))) throw Bad(value, option, "a finite number above 0");
    }

    public static void Fraction(double value, string option)
    {
        if (value is not (>= 0 and <= 1)) throw Bad(value, option, "in [0, 1]");
    }

    public static void Finite(double value, string option)
    {
        if (!double.IsFinite(value)) throw Bad(value, option, "a finite number");
    }

    private static PlanException Bad(double value, string option, string wanted) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{option} is {value}: it must be {wanted}."));
}
