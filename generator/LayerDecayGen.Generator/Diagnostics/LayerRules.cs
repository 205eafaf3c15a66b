using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG010 to LDG019: which layer a member is.</summary>
public static class LayerRules
{
    /// <summary>A member of the root is in no layer.</summary>
    public static readonly DiagnosticDescriptor Unassigned = RuleFactory.Warning(
        "LDG010",
        "A member of the model is in no layer",
        "'{0}.{1}' can own parameters but is in no layer; add [Layer(n)], [LayerStack], [PreviousLayer] or [LastLayer]");

    /// <summary>Two attributes claim the same member.</summary>
    public static readonly DiagnosticDescriptor TwoLayers = RuleFactory.Error(
        "LDG011",
        "A member is in two layers",
        "{0} puts '{1}' into a layer, but {2} does so already; keep one");

    /// <summary>A stack without indexed children.</summary>
    public static readonly DiagnosticDescriptor NotAStack = RuleFactory.Error(
        "LDG012",
        "[LayerStack] needs indexed children",
        "[LayerStack] on '{0}' finds no indexed children in its type '{1}'; it takes a ModuleList, Sequential, ModuleDict, ParameterList or TransformerEncoder, or a path with a hole such as \"block_{{i}}\"");
}
