using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>LDG091 to LDG999: the compiler around us, and our own failures. LDG090 is a warning of the build (eng/).</summary>
public static class EnvironmentDiagnostics
{
    /// <summary>The language is too old for the generated code.</summary>
    public static readonly DiagnosticDescriptor LanguageTooOld = RuleFactory.Error(
        "LDG091",
        "The C# version is too old",
        "The code generated for '{0}' needs C# 11 or later, the project uses {1}; raise LangVersion");

    /// <summary>Something unforeseen.</summary>
    public static readonly DiagnosticDescriptor Unforeseen = RuleFactory.Error(
        "LDG999",
        "LayerDecayGen failed",
        "Generating parameter groups for '{0}' failed with {1}: {2}; please report it with the class");
}
