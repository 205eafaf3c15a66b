using System.Reflection;

namespace LayerDecayGen.Generator.Tests.Support;

/// <summary>What the build notes in the test assembly: folders and versions.</summary>
internal static class BuildFacts
{
    public static string Of(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
