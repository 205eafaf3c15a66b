using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// One field or property of a module class, as TorchSharp registers it. By itself it is known by name and type alone: a private one of
/// another assembly, or a captured parameter.
/// </summary>
/// <param name="holder">The class that declares it.</param>
/// <param name="name">The name in source: the property's for an auto-property.</param>
/// <param name="registered">The name in <c>named_parameters()</c>.</param>
/// <param name="type">The declared type; null where it cannot be read.</param>
internal class Member(INamedTypeSymbol holder, string name, string registered, ITypeSymbol? type)
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
    public virtual NullableAnnotation Nullability => NullableAnnotation.None;

    public virtual Location? Location => null;

    public virtual bool IsInSource => false;

    /// <summary>Whether an attribute of ours stands on it.</summary>
    public virtual bool IsAnnotated => false;

    /// <summary>
    /// The attributes of ours that stand on its field or its property, made anew for each place that the member is met at.
    /// </summary>
    public virtual List<Annotation>? Annotations(Dependencies read) => null;
}
