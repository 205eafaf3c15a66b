using System.Collections.Immutable;
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
internal sealed class Annotation(AnnotationKind kind, AttributeData data)
{
    public AnnotationKind Kind { get; } = kind;

    public string? Path { get; private set; }

    public int Number { get; private set; }

    public double Value { get; private set; } = double.NaN;

    public int? Order { get; private set; }

    public int BlocksPerLayer { get; private set; } = 1;

    public int Count { get; private set; }

    public string? LayerOf { get; private set; }

    /// <summary>The class whose members the attribute speaks of: where a <c>LayerOf</c> method is looked for.</summary>
    public INamedTypeSymbol? Carrier { get; set; }

    /// <summary>How many classes lie between the root and the one that says it: what is said further out goes first.</summary>
    public int Depth { get; set; }

    public bool IsLayer => Kind is AnnotationKind.Layer or AnnotationKind.Stack or AnnotationKind.PreviousLayer or AnnotationKind.LastLayer;

    /// <summary>The attribute as the user wrote it.</summary>
    public string Text => data.ApplicationSyntaxReference?.GetSyntax() is { } syntax
        ? "[" + syntax + "]"
        : "[" + data.AttributeClass!.Name.Replace("Attribute", "") + "]";

    public Location? Location => data.ApplicationSyntaxReference is { } reference ? reference.SyntaxTree.GetLocation(reference.Span) : null;

    /// <summary>Whether all arguments are written out, so that the attribute's own text tells them.</summary>
    public bool IsLiteral() => IsLiteral(data);

    /// <summary>Whether all arguments of an attribute are literals, <c>nameof</c> or <c>typeof</c>.</summary>
    public static bool IsLiteral(AttributeData attribute)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax() is not AttributeSyntax { ArgumentList.Arguments: var arguments }) return true;
        foreach (var argument in arguments)
            if (argument.Expression is not (LiteralExpressionSyntax or PrefixUnaryExpressionSyntax { Operand: LiteralExpressionSyntax }
                or TypeOfExpressionSyntax or InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } }))
                return false;
        return true;
    }

    public static List<Annotation>? Read(ImmutableArray<AttributeData> attributes, List<Annotation>? into = null)
    {
        foreach (var data in attributes)
            if (data.AttributeClass is { } type && KindOf(type) is var kind and not AnnotationKind.None)
                (into ??= []).Add(new Annotation(kind, data).ReadArguments());
        return into;
    }

    /// <summary>Whether a symbol speaks our vocabulary; allocates nothing where it does not.</summary>
    public static bool IsOn(ImmutableArray<AttributeData> attributes)
    {
        foreach (var data in attributes)
            if (data.AttributeClass is { } type && KindOf(type) != AnnotationKind.None)
                return true;
        return false;
    }

    private static AnnotationKind KindOf(INamedTypeSymbol type) => !TorchTypes.IsIn(type, "LayerDecayGen") ? AnnotationKind.None : type.Name switch
    {
        "LayerAttribute" => AnnotationKind.Layer,
        "LayerStackAttribute" => AnnotationKind.Stack,
        "PreviousLayerAttribute" => AnnotationKind.PreviousLayer,
        "LastLayerAttribute" => AnnotationKind.LastLayer,
        "NoWeightDecayAttribute" => AnnotationKind.NoWeightDecay,
        "WeightDecayAttribute" => AnnotationKind.WeightDecay,
        "LearningRateScaleAttribute" => AnnotationKind.LearningRateScale,
        "FrozenAttribute" => AnnotationKind.Frozen,
        _ => AnnotationKind.None,
    };

    private Annotation ReadArguments()
    {
        foreach (var argument in data.ConstructorArguments)
        {
            switch (argument.Kind == TypedConstantKind.Error ? null : argument.Value)
            {
                case string path: Path = path; break;
                case int number: Number = number; break;
                case double value: Value = value; break;
            }
        }

        foreach (var argument in data.NamedArguments)
        {
            switch (argument.Key, argument.Value.Kind == TypedConstantKind.Error ? null : argument.Value.Value)
            {
                case ("Order", int order) when order != int.MinValue: Order = order; break;
                case ("BlocksPerLayer", int blocks): BlocksPerLayer = blocks; break;
                case ("Count", int count): Count = count; break;
                case ("LayerOf", string method): LayerOf = method; break;
            }
        }

        return this;
    }
}
