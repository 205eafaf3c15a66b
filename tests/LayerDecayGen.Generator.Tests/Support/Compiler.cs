using System.Collections.Immutable;
using System.Reflection;
using LayerDecayGen.Generator.Parser;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
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

    public static CSharpGeneratorDriver Driver(CSharpCompilation compilation, bool bySymbols = false) => CSharpGeneratorDriver.Create(
        [new LayerDecayGenerator(bySymbols).AsSourceGenerator()],
        parseOptions: compilation.SyntaxTrees.Length > 0 ? (CSharpParseOptions)compilation.SyntaxTrees[0].Options : s_parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static Generated Generate(string source) => Generate(Compile(source));

    public static Generated Generate(CSharpCompilation compilation)
    {
        var driver = Driver(compilation).RunGeneratorsAndUpdateCompilation(compilation, out var output, out var diagnostics);
        var result = driver.GetRunResult().Results.Single();
        Assert.That(result.Exception, Is.Null);
        // Declarations, which the generator reads, must say what symbols say, which cost several times as much: every test of the generator is one of that.
        var symbols = Driver(compilation, bySymbols: true).RunGeneratorsAndUpdateCompilation(compilation, out _, out _);
        AssertSame(symbols.GetRunResult().Results.Single(), result);
        foreach (var type in compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type).OfType<INamedTypeSymbol>())
            Assert.That(SymbolEqualityComparer.Default.Equals(BaseClass.Of(type), type.BaseType), type.Name);
        return new Generated((CSharpCompilation)output, result, diagnostics);
    }

    /// <summary>Asserts that two runs gave the same files and said the same.</summary>
    public static void AssertSame(GeneratorRunResult again, GeneratorRunResult result)
    {
        Assert.That(
            again.GeneratedSources.Select(s => (s.HintName, s.SourceText.ToString())),
            Is.EqualTo(result.GeneratedSources.Select(s => (s.HintName, s.SourceText.ToString()))));
        Assert.That(again.Diagnostics.Select(Describe), Is.EqualTo(result.Diagnostics.Select(Describe)));

        static string Describe(Diagnostic d) => $"{d.Location.SourceTree?.FilePath} {d.Location.SourceSpan} {d.Id} {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}";
    }
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
