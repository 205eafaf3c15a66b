using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// Names of classes as generated code writes them. The compiler's own display answers for all that is not plain: it costs kilobytes a name.
/// </summary>
internal static class TypeNames
{
    private static readonly SymbolDisplayFormat s_simple = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        miscellaneousOptions: SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>The name in its own scope, with type parameters.</summary>
    public static string Simple(INamedTypeSymbol type) => IsPlain(type) ? type.Name : type.ToDisplayString(s_simple);

    /// <summary>The name from anywhere.</summary>
    public static string Full(INamedTypeSymbol type)
    {
        if (!IsPlain(type) || type.ContainingType is not null) return type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return type.ContainingNamespace.IsGlobalNamespace ? "global::" + type.Name : "global::" + NamespaceOf(type.ContainingNamespace) + "." + type.Name;
    }

    /// <summary>A namespace as it is declared; empty for the global one.</summary>
    public static string NamespaceOf(INamespaceSymbol space)
    {
        if (space.IsGlobalNamespace) return "";
        var name = SyntaxFacts.GetKeywordKind(space.Name) == SyntaxKind.None ? space.Name : "@" + space.Name;
        return space.ContainingNamespace.IsGlobalNamespace ? name : NamespaceOf(space.ContainingNamespace) + "." + name;
    }

    /// <summary>
    /// The name of the generated file: the metadata name, which the language keeps unique, and a mark of capitals where a twin has others.
    /// </summary>
    public static string Hint(INamedTypeSymbol type, CompilationFacts facts)
    {
        var name = type.MetadataName.Replace('`', '-') + ".";
        for (var level = type.ContainingType; level is not null; level = level.ContainingType)
            name = level.MetadataName.Replace('`', '-') + "." + name;
        for (var space = type.ContainingNamespace; !space.IsGlobalNamespace; space = space.ContainingNamespace)
            name = space.Name + "." + name;
        return name + (facts.HasTwin(type) ? Capitals(type.Name) + ".g.cs" : "g.cs");
    }

    // Keywords have neither capitals nor digits.
    private static bool IsPlain(INamedTypeSymbol type)
    {
        if (type.Arity > 0) return false;
        foreach (var c in type.Name)
            if (c is (>= 'A' and <= 'Z') or (>= '0' and <= '9'))
                return true;
        return false;
    }

    private static string Capitals(string name)
    {
        var marks = new StringBuilder(name.Length);
        foreach (var c in name) marks.Append(char.IsUpper(c) ? '1' : '0');
        return marks.ToString();
    }
}
