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
    private readonly ConcurrentDictionary<SyntaxNode, NameScope?> _around = new();

    /// <summary>The scope of the members of a class.</summary>
    /// <param name="declaration">One part of the class.</param>
    /// <param name="type">The class.</param>
    public NameScope Inside(TypeDeclarationSyntax declaration, INamedTypeSymbol type)
    {
        // Its own types and type parameters go before the names around it, and so do those that it inherits.
        if (!SeesOnlyWhatIsAround(type) || BaseClass.Of(type) is not { } parent) return Alone();
        return ScopeAround(declaration)?.Inside(parent) ?? Alone();
    }

    /// <summary>
    /// Notes the base class that the declaration of a class names, where that is one of another assembly and so cannot lead back here.
    /// </summary>
    public void Introduce(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class || !SeesOnlyWhatIsAround(type)) return;
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax() is not TypeDeclarationSyntax { BaseList.Types: [var first, ..] } declaration) continue;
            if (ScopeAround(declaration)?.BaseOf(first.Type) is not { TypeKind: TypeKind.Class, DeclaringSyntaxReferences.IsEmpty: true } parent) continue;
            BaseClass.Remember(type, parent);
            return;
        }
    }

    private static bool SeesOnlyWhatIsAround(INamedTypeSymbol type) =>
        type.ContainingType is null && !type.IsGenericType && type.GetTypeMembers().IsEmpty;

    private NameScope Alone() => new(compilation, this);

    private NameScope? ScopeAround(SyntaxNode declaration) => _around.GetOrAdd(
        declaration.Parent!,
        parent => PlaceOf(parent) is { } place ? _places.GetOrAdd(place, _ => Alone()) : null);

    // Namespaces and usings as they are written; null in a file whose own types hide those of the same name elsewhere.
    private static string? PlaceOf(SyntaxNode parent)
    {
        var text = new StringBuilder();
        for (var node = parent; node is not null; node = node.Parent)
        {
            if (node is BaseNamespaceDeclarationSyntax space)
                text.Append(space.Name).Append('{').Append(space.Externs).Append(space.Usings).Append('}');
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
