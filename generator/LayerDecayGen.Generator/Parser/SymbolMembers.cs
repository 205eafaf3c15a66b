using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The members of classes that symbols alone tell: those of other assemblies, and generic ones, whose types symbols substitute.
/// </summary>
internal sealed class SymbolMembers(Dependencies read)
{
    /// <summary>Adds the members that one class declares.</summary>
    public void Collect(INamedTypeSymbol type, Registrations? registrations, Action<Member> add)
    {
        foreach (var symbol in type.GetMembers())
            if (symbol is IFieldSymbol { IsStatic: false, IsConst: false } field && TorchTypes.MayBeComponent(field.Type))
                add(Create(field, registrations));
        if (!type.DeclaringSyntaxReferences.IsEmpty) CollectCaptures(type, add);
    }

    private Member Create(IFieldSymbol field, Registrations? registrations)
    {
        var name = (field.AssociatedSymbol ?? field).Name;
        var registered = ComponentName(field) ?? field.Name;
        return registrations?.NameOf(field.Name, name) is { } literal && literal != registered
            ? new SymbolMember(field, name, literal) { Alias = registrations.IsTaken(registered) ? null : registered }
            : new SymbolMember(field, name, registered);
    }

    // A captured parameter of a primary constructor is a field that RegisterComponents finds under a name of the compiler's.
    private static void CollectCaptures(INamedTypeSymbol type, Action<Member> add)
    {
        foreach (var constructor in type.InstanceConstructors)
            if (constructor.DeclaringSyntaxReferences is [var reference, ..] && reference.GetSyntax() is Microsoft.CodeAnalysis.CSharp.Syntax.TypeDeclarationSyntax)
                foreach (var parameter in constructor.Parameters)
                    if (parameter.RefKind == RefKind.None && (TorchTypes.IsModule(parameter.Type) || TorchTypes.IsParameter(parameter.Type)))
                        add(new Member(type, parameter.Name, "<" + parameter.Name + ">P", parameter.Type) { IsCapture = true });
    }

    private string? ComponentName(IFieldSymbol field)
    {
        foreach (var attribute in field.GetAttributes())
        {
            if (attribute.AttributeClass is not { Name: "ComponentNameAttribute" }) continue;
            if (!AnnotationReader.IsLiteral(attribute)) read.AddUnknown();
            return AnnotationReader.NamedText(attribute, "Name");
        }

        return null;
    }

    private sealed class SymbolMember(IFieldSymbol symbol, string name, string registered) : Member(symbol.ContainingType, name, registered, symbol.Type)
    {
        public override NullableAnnotation Nullability => symbol.NullableAnnotation;

        public override Location? Location =>
            (symbol.AssociatedSymbol ?? symbol).Locations is [{ IsInSource: true } location, ..] ? location : null;

        public override bool IsInSource =>
            symbol is { DeclaringSyntaxReferences.IsEmpty: false } or { AssociatedSymbol.DeclaringSyntaxReferences.IsEmpty: false };

        public override bool IsAnnotated => AnnotationReader.IsOn(symbol.GetAttributes())
            || (symbol.AssociatedSymbol is { } property && AnnotationReader.IsOn(property.GetAttributes()));

        public override List<Annotation>? Annotations(Dependencies read)
        {
            var list = AnnotationReader.Read(symbol.GetAttributes(), read);
            return symbol.AssociatedSymbol is { } property ? AnnotationReader.Read(property.GetAttributes(), read, list) : list;
        }
    }
}
