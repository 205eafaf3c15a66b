using System.Collections.Immutable;
using System.Reflection;
using LayerDecayGen.Generator.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TorchSharp;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>Compiles sources against TorchSharp's and the runtime's metadata; no native library is needed for that.</summary>
internal static class Compiler
{
    public const string Usings = """
        using LayerDecayGen;
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;
        using static TorchSharp.torch.nn;

        """;

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. CompilerReferences.Framework,
        CompilerReferences.Of<torch.nn.Module>(),
        CompilerReferences.Of<LayerDecayAttribute>(),
    ];

    private static readonly CSharpParseOptions s_parse =
        new(LanguageVersion.Latest, DocumentationMode.Diagnose, SourceCodeKind.Regular);

    public static CSharpCompilation Compile(
        IEnumerable<string> sources,
        NullableContextOptions nullable = NullableContextOptions.Enable,
        LanguageVersion language = LanguageVersion.Latest,
        string name = "Models")
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: nullable)
            .WithSpecificDiagnosticOptions([new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);
        var parse = s_parse.WithLanguageVersion(language);
        return CSharpCompilation.Create(
            name,
            sources.Select((s, i) => CSharpSyntaxTree.ParseText(s, parse, $"File{i}.cs", System.Text.Encoding.UTF8)),
            s_references,
            options);
    }

    public static CSharpCompilation Compile(string source) => Compile([Usings + source]);

    public static CSharpGeneratorDriver Driver(CSharpCompilation compilation) => CSharpGeneratorDriver.Create(
        [new LayerDecayGenerator().AsSourceGenerator()],
        parseOptions: compilation.SyntaxTrees.Length > 0 ? (CSharpParseOptions)compilation.SyntaxTrees[0].Options : s_parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static Generated Generate(string source) => Generate(Compile(source));

    public static Generated Generate(CSharpCompilation compilation)
    {
        var driver = Driver(compilation).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        var result = driver.GetRunResult().Results.Single();
        Assert.That(result.Exception, Is.Null);
        Assert.That(diagnostics, Is.Empty, "the generator reports nothing: rules are the analyzers'");
        return new Generated((CSharpCompilation)output, result, Findings(compilation));
    }

    /// <summary>What the analyzer of models reports, in the order of places.</summary>
    public static ImmutableArray<Diagnostic> Findings(CSharpCompilation compilation)
    {
        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: false, logAnalyzerExecutionTime: false, reportSuppressedDiagnostics: true);
        var found = compilation.WithAnalyzers([new ModelAnalyzer()], options).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        Assert.That(found.Where(d => !d.Id.StartsWith("LDG", StringComparison.Ordinal)), Is.Empty, "an analyzer threw");
        return [.. found.OrderBy(d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(d => d.Location.SourceSpan.Start).ThenBy(d => d.Id, StringComparer.Ordinal)];
    }

    /// <summary>Files and findings as text, to compare runs.</summary>
    public static string[] Describe(GeneratorRunResult result, IEnumerable<Diagnostic> findings) =>
    [
        .. result.GeneratedSources.OrderBy(s => s.HintName, StringComparer.Ordinal).Select(s => s.HintName + "\n" + s.SourceText),
        .. findings.Select(d => $"{d.Location.SourceTree?.FilePath} {d.Location.SourceSpan} {d.Id} {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"),
    ];
}

/// <summary>What a run gave.</summary>
internal sealed record Generated(CSharpCompilation Compilation, GeneratorRunResult Result, ImmutableArray<Diagnostic> Diagnostics)
{
    public string Text => Result.GeneratedSources.Single().SourceText.ToString();

    public IEnumerable<string> Ids => Diagnostics.Select(d => d.Id);

    /// <summary>Asserts that the output compiles without a warning of the generated files and without an error anywhere.</summary>
    public Generated Compiles()
    {
        var bad = Compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error
            || (d.Severity == DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true));
        Assert.That(bad, Is.Empty, string.Join("\n", Result.GeneratedSources.Select(s => s.SourceText.ToString())));
        return this;
    }

    /// <summary>Emits and loads the output; the layout of a model is a plain object, callable without LibTorch.</summary>
    public Layout.LayerLayout Layout(string model)
    {
        Compiles();
        using var stream = new MemoryStream();
        Assert.That(Compilation.Emit(stream).Success, Is.True);
        var type = Assembly.Load(stream.ToArray()).GetType(model + "+Groups+CompiledLayout", throwOnError: true)!;
        if (type.IsGenericTypeDefinition) type = type.MakeGenericType([.. type.GetGenericArguments().Select(a => a.GetGenericParameterConstraints().FirstOrDefault(typeof(object)))]);
        return (Layout.LayerLayout)type.GetField("Instance", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }
}
