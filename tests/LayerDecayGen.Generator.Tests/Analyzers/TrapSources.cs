using System.Reflection;

namespace LayerDecayGen.Generator.Tests.Analyzers;

/// <summary>The sources of the registration traps, which LayerDecayGen.Tests compiles and runs.</summary>
internal static class TrapSources
{
    private const string Folder = "Traps/";

    private static readonly Assembly s_assembly = typeof(TrapSources).Assembly;

    public static IEnumerable<string> Ids => s_assembly.GetManifestResourceNames()
        .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
        .Select(static name => Path.GetFileNameWithoutExtension(name))
        .Order(StringComparer.Ordinal);

    public static string Of(string id)
    {
        using var reader = new StreamReader(s_assembly.GetManifestResourceStream($"{Folder}{id}.cs")!);
        return reader.ReadToEnd();
    }
}
