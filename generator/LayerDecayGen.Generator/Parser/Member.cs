using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>One field or property of a module class, as TorchSharp registers it.</summary>
/// <param name="holder">The class that declares it.</param>
/// <param name="name">The name in source: the property's for an auto-property.</param>
/// <param name="registered">The name in <c>named_parameters()</c>.</param>
/// <param name="type">The declared type; null where it cannot be read.</param>
/// <param name="symbol">The field; null for a private one of another assembly, of which only name and type are known.</param>
internal sealed class Member(INamedTypeSymbol holder, string name, string registered, ITypeSymbol? type, IFieldSymbol? symbol)
{
    public IFieldSymbol? Field { get; } = symbol;

    public INamedTypeSymbol Holder { get; } = holder;

    public string Name { get; } = name;

    public string Registered { get; } = registered;

    public ITypeSymbol? Type { get; } = type;

    /// <summary>A second name under which the same member may be registered; null usually.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether it is a parameter of a primary constructor: registered only if the class uses it beyond its initializers.</summary>
    public bool IsCapture { get; init; }

    /// <summary>What the declaration says of null; nothing where nullable annotations are off.</summary>
    public NullableAnnotation Nullability { get; } = symbol?.NullableAnnotation ?? NullableAnnotation.None;

    public Location? Location => (Field?.AssociatedSymbol ?? Field)?.Locations is [{ IsInSource: true } location, ..] ? location : null;

    public bool IsInSource => Field is { DeclaringSyntaxReferences.IsEmpty: false } or { AssociatedSymbol.DeclaringSyntaxReferences.IsEmpty: false };

    public bool IsAnnotated => Field is not null
        && (Annotation.IsOn(Field.GetAttributes()) || (Field.AssociatedSymbol is { } property && Annotation.IsOn(property.GetAttributes())));
}
