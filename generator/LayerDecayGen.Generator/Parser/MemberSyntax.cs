using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Where members are declared: the class, and what names mean inside that part of it.</summary>
internal sealed class MemberPlace(INamedTypeSymbol type, Compilation compilation, NameScope names)
{
    private SemanticModel? _semantics;

    public INamedTypeSymbol Type { get; } = type;

    public NameScope Names { get; } = names;

    /// <summary>The type that a syntax names; null where it names none that <c>RegisterComponents</c> looks at.</summary>
    public ITypeSymbol? ComponentTypeOf(TypeSyntax syntax)
    {
        if (syntax is NullableTypeSyntax nullable) syntax = nullable.ElementType;
        var type = syntax switch
        {
            NameSyntax name => Names.TypeOf(name),
            PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.ObjectKeyword } => compilation.GetSpecialType(SpecialType.System_Object),
            _ => null,
        };
        return type is not null && TorchTypes.MayBeComponent(type) ? type : null;
    }

    /// <summary>Whether a type without <c>?</c> says here that it is not null.</summary>
    public bool TellsNull(SyntaxNode syntax) =>
        (_semantics ??= compilation.GetSemanticModel(syntax.SyntaxTree)).GetNullableContext(syntax.SpanStart).AnnotationsEnabled();
}

/// <summary>A field or auto-property as it is written.</summary>
internal sealed class MemberSyntax(MemberPlace place, MemberDeclarationSyntax declaration, SyntaxToken identifier, string field, TypeSyntax type)
{
    public MemberPlace Place { get; } = place;

    public SyntaxToken Identifier { get; } = identifier;

    public string Name => Identifier.ValueText;

    /// <summary>The name of the field, which an auto-property has from the compiler.</summary>
    public string Field { get; } = field;

    /// <summary>What the declared type says of null.</summary>
    public NullableAnnotation Nullability => type is NullableTypeSyntax ? NullableAnnotation.Annotated
        : Place.TellsNull(type) ? NullableAnnotation.NotAnnotated : NullableAnnotation.None;

    /// <summary>Whether an attribute of ours stands here.</summary>
    public bool IsAnnotated
    {
        get
        {
            foreach (var list in declaration.AttributeLists)
                if (IsOfField(list) || IsOfProperty(list))
                    foreach (var attribute in list.Attributes)
                        if (KindOf(attribute) != AnnotationKind.None)
                            return true;
            return false;
        }
    }

    /// <summary>The attributes of ours: the field's, then the property's.</summary>
    public List<Annotation>? Annotations(Dependencies read)
    {
        List<Annotation>? annotations = null;
        foreach (var list in declaration.AttributeLists)
            if (IsOfField(list))
                Read(list, read, ref annotations);
        foreach (var list in declaration.AttributeLists)
            if (IsOfProperty(list))
                Read(list, read, ref annotations);
        return annotations;
    }

    /// <summary>The name that TorchSharp's <c>[ComponentName]</c> gives the field; null without one.</summary>
    public string? ComponentName(Dependencies read)
    {
        foreach (var list in declaration.AttributeLists)
            if (IsOfField(list))
                foreach (var attribute in list.Attributes)
                    if (Place.Names.AttributeOf(attribute) is { Name: "ComponentNameAttribute" })
                        return ComponentName(attribute, read);
        return null;
    }

    private string? ComponentName(AttributeSyntax attribute, Dependencies read)
    {
        foreach (var argument in attribute.ArgumentList?.Arguments ?? default)
        {
            if (argument is not { NameEquals.Name.Identifier.ValueText: "Name" }) continue;
            if (AnnotationReader.ValueOf(argument.Expression) is string written) return written;
            read.AddUnknown();
            return DataOf(attribute) is { } data ? AnnotationReader.NamedText(data, "Name") : null;
        }

        return null;
    }

    private void Read(AttributeListSyntax list, Dependencies read, ref List<Annotation>? annotations)
    {
        foreach (var attribute in list.Attributes)
        {
            if (KindOf(attribute) is var kind && kind == AnnotationKind.None) continue;
            var annotation = AnnotationReader.Of(kind, attribute);
            if (annotation is null)
            {
                read.AddUnknown();
                annotation = DataOf(attribute) is { } data ? AnnotationReader.Of(kind, data) : new Annotation(kind, attribute);
            }

            (annotations ??= []).Add(annotation);
        }
    }

    private AnnotationKind KindOf(AttributeSyntax attribute) => AnnotationReader.KindOf(Place.Names.AttributeOf(attribute));

    // What the text leaves open, such as a constant of another class, the compiler knows.
    private AttributeData? DataOf(AttributeSyntax attribute)
    {
        foreach (var name in new[] { Name, Field })
            foreach (var symbol in Place.Type.GetMembers(name))
                foreach (var data in symbol.GetAttributes())
                    if (data.ApplicationSyntaxReference is { } reference && reference.SyntaxTree == attribute.SyntaxTree && reference.Span == attribute.Span)
                        return data;
        return null;
    }

    private bool IsOfField(AttributeListSyntax list) =>
        list.Target is { } target ? target.Identifier.ValueText == "field" : declaration is FieldDeclarationSyntax;

    private bool IsOfProperty(AttributeListSyntax list) =>
        declaration is PropertyDeclarationSyntax && (list.Target is not { } target || target.Identifier.ValueText == "property");
}
