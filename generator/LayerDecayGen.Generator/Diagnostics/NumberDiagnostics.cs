using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG030 to LDG039: numbers.</summary>
public static class NumberDiagnostics
{
    /// <summary>The decay rate is outside its range.</summary>
    public static readonly DiagnosticDescriptor RateOutOfRange = RuleFactory.Error(
        "LDG030",
        "The layer decay rate is outside (0, 1]",
        "The layer decay rate {0} of '{1}' is outside (0, 1]; 1 means no decay, usual rates are 0.65 to 0.9");

    /// <summary>A number of an attribute is outside its range.</summary>
    public static readonly DiagnosticDescriptor OutOfRange = RuleFactory.Error(
        "LDG031",
        "A number of a layer attribute is out of range",
        "{0} on '{1}': {2} must be {3}");
}
