using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What names of types and attributes mean at a place. Places that see the same names share one scope, so that each name is bound once for
/// all of them: binding the members of a dozen-member model anew costs some fifty kilobytes, its attributes over a hundred.
/// </summary>
internal sealed class NameScope(Compilation compilation, NameScopes scopes)
{
    private readonly ConcurrentDictionary<string, ITypeSymbol> _types = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, INamedTypeSymbol?> _bases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, INamedTypeSymbol> _attributes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ISymbol, NameScope> _inside = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// The scope of the members of classes that stand here, declare no types of their own and derive from one base class.
    /// </summary>
    public NameScope Inside(INamedTypeSymbol parent) => _inside.GetOrAdd(parent, _ => new NameScope(compilation, scopes));

    /// <summary>The type that a syntax names.</summary>
    public ITypeSymbol TypeOf(TypeSyntax syntax) => syntax switch
    {
        NullableTypeSyntax nullable => TypeOf(nullable.ElementType),
        IdentifierNameSyntax name => _types.TryGetValue(name.Identifier.ValueText, out var known) ? known : Keep(name.Identifier.ValueText, Bind(name)),
        GenericNameSyntax generic => Construct(generic),
        _ => syntax.ToString() is var text && _types.TryGetValue(text, out var known) ? known : Keep(text, Bind(syntax)),
    };

    /// <summary>The class that a base list names first; null where it names none.</summary>
    public INamedTypeSymbol? BaseOf(TypeSyntax syntax)
    {
        var text = syntax.ToString();
        if (!_bases.TryGetValue(text, out var known))
            _bases[text] = known = compilation.GetSemanticModel(syntax.SyntaxTree).GetTypeInfo(syntax).Type as INamedTypeSymbol;
        return known;
    }

    /// <summary>The class of an attribute; an error type where there is none.</summary>
    public INamedTypeSymbol? AttributeOf(AttributeSyntax syntax)
    {
        var text = syntax.Name is IdentifierNameSyntax name ? name.Identifier.ValueText : syntax.Name.ToString();
        if (_attributes.TryGetValue(text, out var known)) return known;
        if (compilation.GetSemanticModel(syntax.SyntaxTree).GetTypeInfo(syntax).Type is not INamedTypeSymbol bound) return null;
        return _attributes.GetOrAdd(text, bound);
    }

    // The arguments of a list of blocks differ from model to model, the list does not.
    private ITypeSymbol Construct(GenericNameSyntax generic)
    {
        var arguments = generic.TypeArgumentList.Arguments;
        var key = generic.Identifier.ValueText + "`" + arguments.Count;
        if (!_types.TryGetValue(key, out var definition)) definition = Keep(key, Bind(generic).OriginalDefinition);
        if (definition is not INamedTypeSymbol { TypeKind: not TypeKind.Error, ContainingType: null or { IsGenericType: false } } named)
            return Bind(generic);
        if (named.Arity != arguments.Count || generic.IsUnboundGenericName) return Bind(generic);
        var types = new ITypeSymbol[named.Arity];
        for (var i = 0; i < types.Length; i++) types[i] = TypeOf(arguments[i]);
        return named.Construct(types);
    }

    private ITypeSymbol Keep(string name, ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: false } declared) scopes.Introduce(declared);
        return _types.GetOrAdd(name, type);
    }

    // Bound as if it stood right after the brace of its class, so that no body is bound for it.
    private ITypeSymbol Bind(TypeSyntax syntax)
    {
        var position = syntax.FirstAncestorOrSelf<TypeDeclarationSyntax>()!.OpenBraceToken.Span.End;
        var semantics = compilation.GetSemanticModel(syntax.SyntaxTree);
        return semantics.GetSpeculativeTypeInfo(position, syntax, SpeculativeBindingOption.BindAsTypeOrNamespace).Type
            ?? compilation.CreateErrorTypeSymbol(null, syntax.ToString(), 0);
    }
}
