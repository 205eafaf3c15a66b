using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>
/// What a build does with so many models: to IL with the generator and its output, to IL for the same types without attributes, and through the
/// analyzers. Parsing of the user's files is outside, since it is the same on all sides.
/// </summary>
internal sealed class BuildRun(int models)
{
    private readonly SyntaxTree[] _annotated = BenchmarkCompilation.Parse(Inputs.Models(models));
    private readonly SyntaxTree[] _plain = BenchmarkCompilation.Parse(Inputs.PlainModels(models));
    private readonly CSharpCompilation _empty = BenchmarkCompilation.Empty();
    private readonly IIncrementalGenerator _generator = Contenders.Ours.Load();
    private readonly ImmutableArray<DiagnosticAnalyzer> _analyzers =
    [
        .. from type in Contenders.Ours.Load().GetType().Assembly.GetTypes()
           where type.GetCustomAttribute<DiagnosticAnalyzerAttribute>() is not null
           select (DiagnosticAnalyzer)Activator.CreateInstance(type)!,
    ];

    /// <summary>Generates, and compiles all to IL.</summary>
    public void WithGenerator() => ToIL(Generate());

    /// <summary>Compiles the types to IL as if the generator did not exist.</summary>
    public void WithoutGenerator() => ToIL(_empty.AddSyntaxTrees(_plain));

    /// <summary>Compiles the annotated types and what was generated for them.</summary>
    public void Compile() => ToIL(Fresh());

    /// <summary>Runs the analyzers over the same, binding what they ask for themselves.</summary>
    public void Analyze()
    {
        var found = Fresh().WithAnalyzers(_analyzers).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
        if (found.Any(d => d.Id.StartsWith("AD", StringComparison.Ordinal))) throw new InvalidOperationException(found[0].ToString());
    }

    private ImmutableArray<SyntaxTree> Output => field.IsDefault ? field = [.. Generate().SyntaxTrees] : field;

    // Nobody has bound anything of it yet.
    private CSharpCompilation Fresh() => _empty.AddSyntaxTrees(Output);

    // Hands the compiler the text as parsed files.
    private Compilation Generate()
    {
        GeneratorDriver driver = CSharpGeneratorDriver.Create([_generator.AsSourceGenerator()], parseOptions: BenchmarkCompilation.Options);
        driver.RunGeneratorsAndUpdateCompilation(_empty.AddSyntaxTrees(_annotated), out var output, out _);
        return output;
    }

    private static void ToIL(Compilation compilation)
    {
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        if (!result.Success) throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
    }
}
