using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>What compilations of the tests reference, read once a process.</summary>
internal static class References
{
    private static readonly string s_pack = typeof(References).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static data => data.Key == "ReferencePack").Value!;

    /// <summary>The framework that the tests themselves are compiled against.</summary>
    public static ImmutableArray<MetadataReference> Framework { get; } =
        [.. Directory.GetFiles(s_pack, "*.dll").Order(StringComparer.Ordinal).Select(static file => MetadataReference.CreateFromFile(file))];

    /// <summary>The assembly that a type comes from.</summary>
    public static MetadataReference Of<T>() => MetadataReference.CreateFromFile(typeof(T).Assembly.Location);
}
