using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

internal enum AnnotationKind
{
    None,
    Layer,
    Stack,
    PreviousLayer,
    LastLayer,
    NoWeightDecay,
    WeightDecay,
    LearningRateScale,
    Frozen,
}

/// <summary>One attribute of the vocabulary, read.</summary>
/// <param name="kind">Which attribute.</param>
/// <param name="syntax">Where it is written; null in another assembly.</param>
internal sealed class Annotation(AnnotationKind kind, AttributeSyntax? syntax)
{
    public AnnotationKind Kind { get; } = kind;

    public string? Path { get; init; }

    public int Number { get; init; }

    public double Value { get; init; } = double.NaN;

    public int? Order { get; init; }

    public int BlocksPerLayer { get; init; } = 1;

    public int Count { get; init; }

    public string? LayerOf { get; init; }

    /// <summary>The class whose members the attribute speaks of: where a <c>LayerOf</c> method is looked for.</summary>
    public INamedTypeSymbol? Carrier { get; set; }

    /// <summary>How many classes lie between the root and the one that says it: what is said further out goes first.</summary>
    public int Depth { get; set; }

    public bool IsLayer => Kind is AnnotationKind.Layer or AnnotationKind.Stack or AnnotationKind.PreviousLayer or AnnotationKind.LastLayer;

    /// <summary>The attribute as the user wrote it.</summary>
    public string Text => "[" + (syntax?.ToString() ?? (Kind == AnnotationKind.Stack ? "LayerStack" : Kind.ToString())) + "]";

    public Location? Location => syntax?.GetLocation();
}
