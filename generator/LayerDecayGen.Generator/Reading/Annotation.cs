using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

internal enum AnnotationKind
{
    None,
    Layer,
    Stack,
    PreviousLayer,
    NextLayer,
    LastLayer,
    NoWeightDecay,
    WeightDecay,
    LearningRateScale,
    Frozen,
}

/// <summary>One attribute of the vocabulary, for one path where it names several.</summary>
/// <param name="kind">Which attribute.</param>
/// <param name="syntax">Where it is written; null in another assembly.</param>
/// <param name="data">What the compiler knows of it.</param>
internal sealed class Annotation(AnnotationKind kind, AttributeSyntax? syntax, AttributeData data)
{
    public AnnotationKind Kind { get; } = kind;

    public string? Path { get; init; }

    public int Number { get; init; }

    public double Value { get; init; } = double.NaN;

    public int? Order { get; } = Named(data, "Order") is int order and not int.MinValue ? order : null;

    public int BlocksPerLayer { get; } = Named(data, "BlocksPerLayer") as int? ?? 1;

    public int Count { get; } = Named(data, "Count") as int? ?? 0;

    public bool CountEmpty { get; } = Named(data, "CountEmpty") is true;

    public string? LayerOf { get; } = Named(data, "LayerOf") as string;

    /// <summary>The class that carries the attribute, or whose member does: where a <c>LayerOf</c> method is looked for.</summary>
    public INamedTypeSymbol? Carrier { get; set; }

    /// <summary>How many classes lie between the root and the class that carries it; the outermost one decides.</summary>
    public int Depth { get; set; }

    /// <summary>Its place among the attributes with paths of its class, from 0; -1 on a member.</summary>
    public int Place { get; set; } = -1;

    public bool IsLayer => Kind is AnnotationKind.Layer or AnnotationKind.Stack or AnnotationKind.PreviousLayer or AnnotationKind.NextLayer or AnnotationKind.LastLayer;

    /// <summary>Whether it takes layers in the order of the attributes.</summary>
    public bool CountsOn => Kind is AnnotationKind.Stack or AnnotationKind.NextLayer;

    /// <summary>The attribute as the user wrote it.</summary>
    public string Text => "[" + (syntax?.ToString() ?? (Kind == AnnotationKind.Stack ? "LayerStack" : Kind.ToString())) + "]";

    public Location? Location => syntax?.GetLocation();

    private static object? Named(AttributeData data, string name)
    {
        foreach (var argument in data.NamedArguments)
            if (argument.Key == name && argument.Value.Kind == TypedConstantKind.Primitive)
                return argument.Value.Value;
        return null;
    }
}
