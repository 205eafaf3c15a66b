using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Names of classes as generated code, its files and reflection write them.</summary>
internal static class TypeNames
{
    /// <summary>The name of the generated class that holds the layout, where no type parameter has it.</summary>
    public const string LayoutClass = "CompiledLayout";

    // Paths of 260 characters are the shortest limit in use; folders and project take their share (dotnet/roslyn#48833).
    private const int LongestHint = 100;

    private static readonly SymbolDisplayFormat s_simple = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>The name in its own scope, with type parameters.</summary>
    public static string Simple(INamedTypeSymbol type) => type.ToDisplayString(s_simple);

    /// <summary>The name from anywhere.</summary>
    public static string Full(INamedTypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>A namespace as it is declared; empty for the global one.</summary>
    public static string NamespaceOf(INamespaceSymbol space)
    {
        if (space.IsGlobalNamespace) return "";
        var name = SyntaxFacts.GetKeywordKind(space.Name) == SyntaxKind.None ? space.Name : "@" + space.Name;
        return space.ContainingNamespace.IsGlobalNamespace ? name : NamespaceOf(space.ContainingNamespace) + "." + name;
    }

    /// <summary>The name as <c>Type.FullName</c> of its definition gives it.</summary>
    public static string Reflected(INamedTypeSymbol type)
    {
        var name = type.MetadataName;
        for (var level = type.ContainingType; level is not null; level = level.ContainingType) name = level.MetadataName + "+" + name;
        return InNamespace(name, type.ContainingNamespace);
    }

    /// <summary>A name for the class of the layout that hides no type parameter.</summary>
    public static string LayoutClassIn(INamedTypeSymbol type)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var level = type; level is not null; level = level.ContainingType)
            foreach (var parameter in level.TypeParameters)
                taken.Add(parameter.Name);
        var name = LayoutClass;
        while (taken.Contains(name)) name += "_";
        return name;
    }

    /// <summary>
    /// The name of the generated file: the metadata name, which the language keeps unique, with a mark of capitals where another class
    /// differs from it in case only, and a hash in place of what is beyond a hundred characters.
    /// </summary>
    public static string Hint(INamedTypeSymbol type)
    {
        var name = type.MetadataName.Replace('`', '-');
        for (var level = type.ContainingType; level is not null; level = level.ContainingType)
            name = level.MetadataName.Replace('`', '-') + "." + name;
        name = InNamespace(name, type.ContainingNamespace);
        if (HasCaseInsensitiveDuplicate(type)) name += "." + Capitals(type.Name);
        return (name.Length <= LongestHint ? name : name.Substring(0, LongestHint - 17) + "." + Hash(name)) + ".g.cs";
    }

    private static string InNamespace(string name, INamespaceSymbol space)
    {
        for (; !space.IsGlobalNamespace; space = space.ContainingNamespace) name = space.Name + "." + name;
        return name;
    }

    private static bool HasCaseInsensitiveDuplicate(INamedTypeSymbol type)
    {
        foreach (var other in type.ContainingType?.GetTypeMembers() ?? type.ContainingNamespace.GetTypeMembers())
            if (other.Name.Length == type.Name.Length && other.Name != type.Name && other.Name.Equals(type.Name, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    private static string Capitals(string name)
    {
        var marks = new StringBuilder(name.Length);
        foreach (var c in name) marks.Append(char.IsUpper(c) ? '1' : '0');
        return marks.ToString();
    }

    // FNV-1a of 64 bits: the same on every machine, which string.GetHashCode is not.
    private static string Hash(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in name) hash = unchecked((hash ^ c) * 1099511628211UL);
        return hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }
}
