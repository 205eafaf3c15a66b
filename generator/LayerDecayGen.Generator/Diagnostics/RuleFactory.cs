using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Diagnostics;

/// <summary>Makes every descriptor the same way, help link included.</summary>
public static class RuleFactory
{
    private const string Pages = "https://github.com/layerdecaygen/layerdecaygen/blob/main/docs/rules/";

    /// <summary>The page that explains a rule.</summary>
    /// <param name="id">For example <c>LDG001</c>.</param>
    public static string HelpLink(string id) => Pages + id + ".md";

    internal static DiagnosticDescriptor Error(string id, string title, string message) =>
        Create(id, title, message, DiagnosticSeverity.Error);

    internal static DiagnosticDescriptor Warning(string id, string title, string message) =>
        Create(id, title, message, DiagnosticSeverity.Warning);

    internal static DiagnosticDescriptor Suggestion(string id, string title, string message) =>
        Create(id, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Create(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, "LayerDecayGen", severity, isEnabledByDefault: true, helpLinkUri: HelpLink(id));
}
