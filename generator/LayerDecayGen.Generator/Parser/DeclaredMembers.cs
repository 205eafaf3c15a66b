using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>The members of a class of this compilation, read from its declarations: only names are bound, and each of them once.</summary>
internal sealed class DeclaredMembers(Compilation compilation, NameScopes scopes, Dependencies read, CancellationToken cancellation)
{
    /// <summary>
    /// Whether declarations tell all: the types of a generic class are substituted by symbols, and some properties leave open what is
    /// behind them.
    /// </summary>
    public static bool Tell(INamedTypeSymbol type, CancellationToken cancellation)
    {
        if (type.IsGenericType || type.DeclaringSyntaxReferences.IsEmpty) return false;
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            if (reference.GetSyntax(cancellation) is not TypeDeclarationSyntax declaration) return false;
            foreach (var member in declaration.Members)
                if (member is PropertyDeclarationSyntax property && IsUnclear(property))
                    return false;
        }

        return true;
    }

    /// <summary>Adds the members that one class declares.</summary>
    public void Collect(INamedTypeSymbol type, Registrations? registrations, Action<Member> add)
    {
        foreach (var reference in type.DeclaringSyntaxReferences)
        {
            var declaration = (TypeDeclarationSyntax)reference.GetSyntax(cancellation);
            var place = new MemberPlace(type, compilation, scopes.Inside(declaration, type));
            foreach (var member in declaration.Members)
            {
                if (member is FieldDeclarationSyntax field && IsOfInstances(field.Modifiers)) Collect(field, place, registrations, add);
                else if (member is PropertyDeclarationSyntax property && IsAutomatic(property))
                    Collect(property, place, registrations, add);
            }
        }

        foreach (var reference in type.DeclaringSyntaxReferences)
            CollectCaptures((TypeDeclarationSyntax)reference.GetSyntax(cancellation), type, add);
    }

    private void Collect(FieldDeclarationSyntax field, MemberPlace place, Registrations? registrations, Action<Member> add)
    {
        if (place.ComponentTypeOf(field.Declaration.Type) is not { } type) return;
        foreach (var variable in field.Declaration.Variables)
            add(Create(new MemberSyntax(place, field, variable.Identifier, variable.Identifier.ValueText, field.Declaration.Type), type, registrations));
    }

    private void Collect(PropertyDeclarationSyntax property, MemberPlace place, Registrations? registrations, Action<Member> add)
    {
        if (place.ComponentTypeOf(property.Type) is not { } type) return;
        var field = "<" + property.Identifier.ValueText + ">k__BackingField";
        add(Create(new MemberSyntax(place, property, property.Identifier, field, property.Type), type, registrations));
    }

    private Member Create(MemberSyntax syntax, ITypeSymbol type, Registrations? registrations)
    {
        var registered = syntax.ComponentName(read) ?? syntax.Field;
        return registrations?.NameOf(syntax.Field, syntax.Name) is { } literal && literal != registered
            ? new DeclaredMember(syntax, literal, type) { Alias = registrations.IsTaken(registered) ? null : registered }
            : new DeclaredMember(syntax, registered, type);
    }

    // A captured parameter of a primary constructor is a field that RegisterComponents finds under a name of the compiler's.
    private void CollectCaptures(TypeDeclarationSyntax declaration, INamedTypeSymbol type, Action<Member> add)
    {
        if (declaration.ParameterList is not { Parameters: var parameters }) return;
        var place = new MemberPlace(type, compilation, scopes.Inside(declaration, type));
        foreach (var parameter in parameters)
            if (!IsByReference(parameter) && parameter.Type is { } syntax && place.ComponentTypeOf(syntax) is { } held && (TorchTypes.IsModule(held) || TorchTypes.IsParameter(held)))
                add(new Member(type, parameter.Identifier.ValueText, "<" + parameter.Identifier.ValueText + ">P", held) { IsCapture = true });
    }

    private static bool IsOfInstances(SyntaxTokenList modifiers) =>
        !modifiers.Any(SyntaxKind.StaticKeyword) && !modifiers.Any(SyntaxKind.ConstKeyword);

    private static bool IsAutomatic(PropertyDeclarationSyntax property)
    {
        if (!IsOfInstances(property.Modifiers) || property.AccessorList is not { Accessors: var accessors }) return false;
        if (property.Modifiers.Any(SyntaxKind.AbstractKeyword) || property.Modifiers.Any(SyntaxKind.ExternKeyword)) return false;
        foreach (var accessor in accessors)
            if (accessor is { Body: null, ExpressionBody: null })
                return true;
        return false;
    }

    // A partial property has its accessors elsewhere; one that says "field" has a field behind bodies; an explicit one has a name of the compiler's.
    private static bool IsUnclear(PropertyDeclarationSyntax property)
    {
        if (property.ExplicitInterfaceSpecifier is not null || property.Modifiers.Any(SyntaxKind.PartialKeyword)) return true;
        if (property.ExpressionBody is { } arrow) return SaysField(arrow);
        foreach (var accessor in property.AccessorList?.Accessors ?? default)
            if (((SyntaxNode?)accessor.Body ?? accessor.ExpressionBody) is { } body && SaysField(body))
                return true;
        return false;
    }

    private static bool SaysField(SyntaxNode body)
    {
        foreach (var token in body.DescendantTokens())
            if (token.ValueText == "field")
                return true;
        return false;
    }

    private static bool IsByReference(ParameterSyntax parameter)
    {
        foreach (var modifier in parameter.Modifiers)
            if (modifier.RawKind is (int)SyntaxKind.RefKeyword or (int)SyntaxKind.InKeyword or (int)SyntaxKind.OutKeyword)
                return true;
        return false;
    }

    private sealed class DeclaredMember(MemberSyntax syntax, string registered, ITypeSymbol type) : Member(syntax.Place.Type, syntax.Name, registered, type)
    {
        public override NullableAnnotation Nullability => syntax.Nullability;

        public override Location? Location => syntax.Identifier.GetLocation();

        public override bool IsInSource => true;

        public override bool IsAnnotated => syntax.IsAnnotated;

        public override List<Annotation>? Annotations(Dependencies read) => syntax.Annotations(read);
    }
}
