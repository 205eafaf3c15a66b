using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>One field or property of a module class, as TorchSharp registers it.</summary>
internal sealed class Member(IFieldSymbol symbol, string registered)
{
    /// <summary>The name in <c>named_parameters()</c>.</summary>
    public string Registered { get; } = registered;

    /// <summary>A second name under which the same member may be registered; null usually.</summary>
    public string? Alias { get; init; }

    /// <summary>The name in source: the property's for an auto-property.</summary>
    public string Name => Symbol.Name;

    public ITypeSymbol Type => symbol.Type;

    public ISymbol Symbol => symbol.AssociatedSymbol ?? symbol;

    /// <summary>Whether the declaration says that the member may be null.</summary>
    public bool MayBeNull => symbol.NullableAnnotation == NullableAnnotation.Annotated;

    public Location? Location => Symbol.Locations is [{ IsInSource: true } location, ..] ? location : null;

    public List<Annotation>? ReadAnnotations()
    {
        var list = Annotation.Read(symbol.GetAttributes());
        return symbol.AssociatedSymbol is { } property ? Annotation.Read(property.GetAttributes(), list) : list;
    }
}
