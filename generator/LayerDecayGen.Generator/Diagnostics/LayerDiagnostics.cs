using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG010 to LDG019: which layer a member is.</summary>
public static class LayerDiagnostics
{
    /// <summary>A member of the root is in no layer.</summary>
    public static readonly DiagnosticDescriptor Unassigned = RuleFactory.Warning(
        "LDG010",
        "A member of the model is in no layer",
        "'{0}.{1}' can own parameters but is in no layer; add [Layer(n)], [LayerStack], [NextLayer], [PreviousLayer] or [LastLayer]");

    /// <summary>Two attributes claim the same member.</summary>
    public static readonly DiagnosticDescriptor TwoLayers = RuleFactory.Error(
        "LDG011",
        "A member is in two layers",
        "{0} puts '{1}' into a layer, but {2} does so already; keep one");

    /// <summary>A stack without indexed children.</summary>
    public static readonly DiagnosticDescriptor NotAStack = RuleFactory.Error(
        "LDG012",
        "[LayerStack] needs indexed children",
        "[LayerStack] on '{0}' {2} in its type '{1}'; {3}");

    /// <summary>Nothing to share a layer with.</summary>
    public static readonly DiagnosticDescriptor NothingBefore = RuleFactory.Error(
        "LDG013",
        "[PreviousLayer] has no layer before it",
        "{0} on '{1}' has no layer to share: no [Layer], [LayerStack] or [NextLayer] opens before it; members open as they are written, paths in the order of the attributes on their class; put it after one of them, or give it [Layer(0)]");

    /// <summary>Stacks ordered in part.</summary>
    public static readonly DiagnosticDescriptor OrderOnSome = RuleFactory.Error(
        "LDG014",
        "Some sections that count on state an Order and some do not",
        "'{0}': {1} states no Order while {2} does; state it on every [LayerStack] and [NextLayer], or on none");

    /// <summary>The method that gives layers is not there.</summary>
    public static readonly DiagnosticDescriptor NoSuchMethod = RuleFactory.Error(
        "LDG015",
        "LayerOf names no fitting method",
        "{0}: '{1}' has no accessible method '{2}' of the form '{3}'");

    /// <summary>Layer numbers with a hole.</summary>
    public static readonly DiagnosticDescriptor Gap = RuleFactory.Error(
        "LDG016",
        "Layer numbers have a gap",
        "{0} of '{1}' leaves layer {2} empty; number the layers without gaps");

    /// <summary>Too many levels.</summary>
    public static readonly DiagnosticDescriptor TooDeep = RuleFactory.Error(
        "LDG017",
        "A stack has too many levels",
        "{0}: '{1}' has more than {2} indices; mark a list further out");

    /// <summary>A root without a layer.</summary>
    public static readonly DiagnosticDescriptor NoLayers = RuleFactory.Warning(
        "LDG018",
        "A model has no layers",
        "'{0}' carries [LayerDecay], but no member or path of it has a layer; add [Layer(n)], [LayerStack] or [LastLayer]");

    /// <summary>Two classes describe one model.</summary>
    public static readonly DiagnosticDescriptor TwoRoots = RuleFactory.Warning(
        "LDG019",
        "A model has two roots",
        "'{0}' gets its layers from '{1}' and from '{2}': a call of GetParameterGroups cannot choose between them; keep one");
}
