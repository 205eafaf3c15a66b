using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LayerDecayGen.Generator.Analyzers;
using LayerDecayGen.Generator.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>
/// Runs the analyzers as the compiler does, .editorconfig and #pragma included. What is expected stands in the source: a line that is to
/// be reported ends in a comment with the rule's id.
/// </summary>
internal static partial class Analysis
{
    public const string CheckAllModules = "layerdecaygen_check_all_modules = true";

    /// <summary>Asserts that the marked lines, and no others, are reported.</summary>
    public static async Task ReportsMarkedLines(string source, params string[] settings)
    {
        var found = await Run(source, settings);
        Assert.That(found.Select(At), Is.EquivalentTo(Marked(source)), string.Join("\n", found));
    }

    public static Task<ImmutableArray<Diagnostic>> Run(string source, params string[] settings)
    {
        var config = new EditorConfig(settings);
        return Run(Compile(source, config), config);
    }

    public static async Task<ImmutableArray<Diagnostic>> Run(CSharpCompilation compilation, EditorConfig config, params AdditionalText[] files)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([.. files], config), onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        var found = await compilation.WithAnalyzers([new ModelAnalyzer(), new RegistrationTrapAnalyzer(), new NameOfAnalyzer()], options)
            .GetAllDiagnosticsAsync();
        Assert.That(found.Where(static d => d.Id.StartsWith("AD", StringComparison.Ordinal)), Is.Empty, "an analyzer threw");
        return [.. found.Where(static d => d.Id.StartsWith("LDG", StringComparison.Ordinal) && !d.IsSuppressed)];
    }

    /// <summary>Puts the first file of a compilation under an .editorconfig.</summary>
    public static CSharpCompilation Configure(CSharpCompilation compilation, EditorConfig config)
    {
        var tree = compilation.SyntaxTrees[0];
        return compilation.ReplaceSyntaxTree(tree, tree.WithFilePath(EditorConfig.SourcePath))
            .WithOptions(compilation.Options.WithSyntaxTreeOptionsProvider(config.Severities));
    }

    private static CSharpCompilation Compile(string source, EditorConfig config)
    {
        var compilation = Configure(Compiler.Compile([source]), config);
        var errors = compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error);
        Assert.That(errors, Is.Empty, "the source compiles");
        return compilation;
    }

    public static (string Id, int Line) At(Diagnostic diagnostic)
    {
        Assert.That(diagnostic.Location.IsInSource, "a location in source, or #pragma cannot reach it");
        return (diagnostic.Id, diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1);
    }

    public static IEnumerable<(string Id, int Line)> Marked(string source) =>
        from line in SourceText.From(source).Lines
        from Match mark in Mark().Matches(line.ToString())
        select (mark.Groups[1].Value, line.LineNumber + 1);

    [GeneratedRegex(@"//.*\b(LDG\d{3})\b")]
    private static partial Regex Mark();
}
