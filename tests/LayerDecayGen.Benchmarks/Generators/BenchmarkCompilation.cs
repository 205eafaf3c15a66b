using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>What every compilation of the benchmarks starts from: one set of references, read once.</summary>
internal static class BenchmarkCompilation
{
    private static readonly Type[] s_referenced =
    [
        typeof(TorchSharp.torch), typeof(LayerDecayAttribute), typeof(Riok.Mapperly.Abstractions.MapperAttribute), typeof(PolyType.GenerateShapeAttribute),
    ];

    private static readonly MetadataReference[] s_references =
        [.. Net100.References.All, .. s_referenced.Select(t => MetadataReference.CreateFromFile(t.Assembly.Location))];

    public static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest);

    public static CSharpCompilation Empty() => CSharpCompilation.Create(
        "Benchmark",
        [],
        s_references,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree[] Parse(string[] sources) =>
        [.. sources.Select((s, i) => CSharpSyntaxTree.ParseText(s, Options, $"File{i}.cs"))];
}
