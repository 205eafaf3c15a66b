using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>One field or property of a module class, as TorchSharp registers it.</summary>
/// <param name="holder">The class that declares it.</param>
/// <param name="name">The name in source: the property's for an auto-property.</param>
/// <param name="registered">The name in <c>named_parameters()</c>.</param>
/// <param name="type">The declared type; null where it cannot be read.</param>
/// <param name="symbol">Its field; null for a private field of another assembly, and for a captured parameter.</param>
internal sealed class Member(INamedTypeSymbol holder, string name, string registered, ITypeSymbol? type, IFieldSymbol? symbol = null)
{
    public INamedTypeSymbol Holder { get; } = holder;

    public string Name { get; } = name;

    public string Registered { get; } = registered;

    public ITypeSymbol? Type { get; } = type;

    /// <summary>A second name under which the same member may be registered; null usually.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether it is a parameter of a primary constructor: registered only if the class uses it beyond its initializers.</summary>
    public bool IsCapture { get; init; }

    /// <summary>What the declaration says of null; nothing where nullable annotations are off.</summary>
    public NullableAnnotation Nullability => symbol?.NullableAnnotation ?? NullableAnnotation.None;

    public Location? Location => symbol is not null && Written(symbol).Locations is [{ IsInSource: true } location, ..] ? location : null;

    public bool IsInSource => symbol is { DeclaringSyntaxReferences.IsEmpty: false } or { AssociatedSymbol.DeclaringSyntaxReferences.IsEmpty: false };

    /// <summary>Whether code of other classes may assign it.</summary>
    public bool IsPrivateOrReadOnly => symbol is { IsReadOnly: true } or { DeclaredAccessibility: Accessibility.Private, AssociatedSymbol: null };

    /// <summary>Whether an attribute of ours stands on its field or its property.</summary>
    public bool IsAnnotated => symbol is not null
        && (AnnotationReader.IsOn(symbol.GetAttributes()) || (symbol.AssociatedSymbol is { } property && AnnotationReader.IsOn(property.GetAttributes())));

    /// <summary>The attributes of ours that stand on it, made anew for each place that the member is met at.</summary>
    public List<Annotation>? Annotations()
    {
        if (symbol is null) return null;
        var list = AnnotationReader.Read(symbol.GetAttributes());
        return symbol.AssociatedSymbol is { } property ? AnnotationReader.Read(property.GetAttributes(), list) : list;
    }

    /// <summary>The field or auto-property that a person wrote, for a field that may be the backing field of one.</summary>
    public static ISymbol Written(IFieldSymbol field) => field.AssociatedSymbol ?? field;

    /// <summary>The members that one class declares, under the names that TorchSharp gives them.</summary>
    public static IEnumerable<Member> Of(INamedTypeSymbol type, ClassBody.Registrations? registrations)
    {
        foreach (var symbol in type.GetMembers())
            if (symbol is IFieldSymbol { IsStatic: false, IsConst: false } field && (TorchTypes.MayBeComponent(field.Type) || IsAnnotatedCollection(field)))
                yield return Create(field, registrations);
        if (type.DeclaringSyntaxReferences.IsEmpty) yield break;
        foreach (var capture in Captures(type)) yield return capture;
    }

    // TorchSharp registers nothing of a list of .NET; the section stays, so that the live model is refused.
    private static bool IsAnnotatedCollection(IFieldSymbol field) =>
        TorchTypes.IsCollectionOfComponents(field.Type)
        && (AnnotationReader.IsOn(field.GetAttributes()) || (field.AssociatedSymbol is { } property && AnnotationReader.IsOn(property.GetAttributes())));

    private static Member Create(IFieldSymbol field, ClassBody.Registrations? registrations)
    {
        var name = Written(field).Name;
        var registered = TorchTypes.RegisteredName(field);
        return registrations?.NameOf(field.Name, name) is { } literal && literal != registered
            ? new Member(field.ContainingType, name, literal, field.Type, field) { Alias = registrations.IsTaken(registered) ? null : registered }
            : new Member(field.ContainingType, name, registered, field.Type, field);
    }

    // A captured parameter of a primary constructor is a field that RegisterComponents finds under a name that the compiler makes.
    private static IEnumerable<Member> Captures(INamedTypeSymbol type)
    {
        foreach (var constructor in type.InstanceConstructors)
            if (constructor.DeclaringSyntaxReferences is [var reference, ..] && reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax)
                foreach (var parameter in constructor.Parameters)
                    if (parameter.RefKind == RefKind.None && (TorchTypes.IsModule(parameter.Type) || TorchTypes.IsParameter(parameter.Type)))
                        yield return new Member(type, parameter.Name, "<" + parameter.Name + ">P", parameter.Type) { IsCapture = true };
    }
}
