using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>What compilations of the tests reference, read once a process.</summary>
internal static class CompilerReferences
{
    /// <summary>The framework that the tests themselves are compiled against.</summary>
    public static ImmutableArray<MetadataReference> Framework { get; } =
    [
        .. from file in Directory.GetFiles(BuildFacts.Of("ReferencePack"), "*.dll")
           orderby file
           select MetadataReference.CreateFromFile(file),
    ];

    /// <summary>The assembly that a type comes from.</summary>
    public static MetadataReference Of<T>() => MetadataReference.CreateFromFile(typeof(T).Assembly.Location);
}
