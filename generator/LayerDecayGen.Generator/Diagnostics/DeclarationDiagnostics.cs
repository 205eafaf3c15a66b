using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG001 to LDG009: where <c>[LayerDecay]</c> may stand.</summary>
public static class DeclarationDiagnostics
{
    /// <summary>The class or a type around it is not partial.</summary>
    public static readonly DiagnosticDescriptor NotPartial = RuleFactory.Error(
        "LDG001",
        "A class with [LayerDecay] must be partial",
        "'{0}' carries [LayerDecay], so {1} must be declared partial");

    /// <summary>The class is not a module.</summary>
    public static readonly DiagnosticDescriptor NotAModule = RuleFactory.Error(
        "LDG002",
        "[LayerDecay] needs a module class",
        "'{0}' carries [LayerDecay] but is no class that derives from torch.nn.Module; for a model of another assembly write [LayerDecay(For = typeof(TheModel))] on a static partial class");

    /// <summary><c>For</c> is misplaced.</summary>
    public static readonly DiagnosticDescriptor ForMisuse = RuleFactory.Error(
        "LDG003",
        "[LayerDecay(For = ...)] needs a static partial class and an accessible model",
        "[LayerDecay(For = typeof({1}))] on '{0}' cannot work: {2}");

    /// <summary>A generated name is taken.</summary>
    public static readonly DiagnosticDescriptor NameTaken = RuleFactory.Error(
        "LDG004",
        "A generated member's name is taken",
        "'{0}' declares '{1}' itself, which [LayerDecay] generates; rename it");

    /// <summary>The class is visible in its file only.</summary>
    public static readonly DiagnosticDescriptor FileLocal = RuleFactory.Error(
        "LDG005",
        "A class with [LayerDecay] cannot be file-local",
        "'{0}' is file-local, so generated code in another file cannot extend it; make it internal, or private inside another class");
}
