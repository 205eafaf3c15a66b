using System.Collections.Concurrent;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>The scopes of one compilation, shared wherever nothing that stands around two places lets one name mean two things.</summary>
internal sealed class NameScopes(Compilation compilation)
{
    private readonly ConcurrentDictionary<string, NameScope> _places = new(StringComparer.Ordinal);

    /// <summary>The scope of the members of a class.</summary>
    /// <param name="declaration">One part of the class.</param>
    /// <param name="type">The class.</param>
    public NameScope Inside(TypeDeclarationSyntax declaration, INamedTypeSymbol type)
    {
        // Its own types and type parameters go before the names around it, and so do those that it inherits.
        if (type.ContainingType is not null || type.IsGenericType || !type.GetTypeMembers().IsEmpty || type.BaseType is not { } parent) return new NameScope(compilation);
        return PlaceOf(declaration) is { } place ? _places.GetOrAdd(place, _ => new NameScope(compilation)).Inside(parent) : new NameScope(compilation);
    }

    // Namespaces and usings as they are written; null in a file whose own types hide those of the same name elsewhere.
    private static string? PlaceOf(SyntaxNode declaration)
    {
        var text = new StringBuilder();
        for (var node = declaration.Parent; node is not null; node = node.Parent)
        {
            if (node is BaseNamespaceDeclarationSyntax space) text.Append(space.Name).Append('{').Append(space.Externs).Append(space.Usings).Append('}');
            else if (node is CompilationUnitSyntax unit)
            {
                if (HasFileTypes(unit.Members)) return null;
                text.Append(unit.Externs).Append(unit.Usings);
            }
        }

        return text.ToString();
    }

    private static bool HasFileTypes(SyntaxList<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
            if (member is BaseNamespaceDeclarationSyntax space ? HasFileTypes(space.Members) : member.Modifiers.Any(SyntaxKind.FileKeyword))
                return true;
        return false;
    }
}
