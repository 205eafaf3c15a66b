using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>A generator in the comparison: how it is loaded, and what a user of it writes for so many types of a dozen members.</summary>
/// <param name="Name">The name in the report.</param>
/// <param name="Load">Makes the generator.</param>
/// <param name="Sources">The user's files for some number of types; the last of them holds the type that a related edit changes.</param>
internal sealed record Contender(string Name, Func<IIncrementalGenerator> Load, Func<int, string[]> Sources)
{
    /// <summary>Loads a generator out of an assembly of a package.</summary>
    public static IIncrementalGenerator FromAssembly(string path, string type) =>
        (IIncrementalGenerator)Activator.CreateInstance(Assembly.LoadFrom(path).GetType(type, throwOnError: true)!)!;

    /// <summary>A folder or file that the build noted.</summary>
    public static string Built(string key) =>
        typeof(Contender).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}

/// <summary>The generators of the comparison.</summary>
internal static class Contenders
{
    public static readonly Contender Ours = new(
        "LayerDecayGen",
        () => Contender.FromAssembly(Path.Combine(Contender.Built("LayerDecayGen"), "LayerDecayGen.Generator.dll"), "LayerDecayGen.Generator.LayerDecayGenerator"),
        Inputs.Models);

    public static readonly Contender Json = new(
        "System.Text.Json",
        () => Contender.FromAssembly(JsonGenerator(), "System.Text.Json.SourceGeneration.JsonSourceGenerator"),
        Inputs.JsonTypes);

    public static readonly Contender Mapperly = new(
        "Mapperly 4.3.1",
        () => Contender.FromAssembly(Newest(Contender.Built("Mapperly"), "Riok.Mapperly.dll"), "Riok.Mapperly.MapperGenerator"),
        Inputs.Mappers);

    public static readonly Contender PolyType = new(
        "PolyType 1.4.1",
        () => Contender.FromAssembly(Newest(Contender.Built("PolyType"), "PolyType.SourceGenerator.dll"), "PolyType.SourceGenerator.PolyTypeGenerator"),
        Inputs.Shapes);

    // The generator that the SDK's own reference pack ships.
    private static string JsonGenerator() => Newest(Path.Combine(Contender.Built("ReferencePacks"), "Microsoft.NETCore.App.Ref"), "System.Text.Json.SourceGeneration.dll");

    // A package may hold one build a Roslyn version; the last that the compiler at hand can load.
    private static string Newest(string folder, string file)
    {
        var roslyn = typeof(CSharpCompilation).Assembly.GetName().Version!;
        return Directory.EnumerateFiles(folder, file, SearchOption.AllDirectories)
            .Where(path => RoslynOf(path) is not { } wanted || wanted <= roslyn)
            .Order(StringComparer.Ordinal)
            .LastOrDefault() ?? throw new FileNotFoundException($"No {file} below {folder}: restore the benchmarks first.");
    }

    private static Version? RoslynOf(string path) =>
        path.Split(Path.DirectorySeparatorChar).FirstOrDefault(s => s.StartsWith("roslyn", StringComparison.Ordinal) && Version.TryParse(s[6..], out _)) is { } segment
            ? Version.Parse(segment[6..])
            : null;
}
