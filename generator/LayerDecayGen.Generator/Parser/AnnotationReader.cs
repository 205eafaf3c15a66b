using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// Attributes of the vocabulary out of their text where all arguments are written out, and out of the compiler's data elsewhere: binding
/// one attribute costs some eight kilobytes, and its text says the same.
/// </summary>
internal static class AnnotationReader
{
    /// <summary>Whether a symbol speaks our vocabulary; allocates nothing where it does not.</summary>
    public static bool IsOn(ImmutableArray<AttributeData> attributes)
    {
        foreach (var data in attributes)
            if (KindOf(data.AttributeClass) != AnnotationKind.None)
                return true;
        return false;
    }

    /// <summary>Which attribute of the vocabulary a class is.</summary>
    public static AnnotationKind KindOf(INamedTypeSymbol? type) =>
        type is null || !TorchTypes.IsIn(type, "LayerDecayGen") ? AnnotationKind.None : type.Name switch
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

    /// <summary>The attributes of ours among a symbol's.</summary>
    /// <param name="attributes">What stands on the symbol.</param>
    /// <param name="read">Told where an argument's value may come from anywhere.</param>
    /// <param name="into">A list to go on with.</param>
    public static List<Annotation>? Read(ImmutableArray<AttributeData> attributes, Dependencies read, List<Annotation>? into = null)
    {
        foreach (var data in attributes)
        {
            if (KindOf(data.AttributeClass) is var kind && kind == AnnotationKind.None) continue;
            if (!IsLiteral(data)) read.AddUnknown();
            (into ??= []).Add(Of(kind, data));
        }

        return into;
    }

    /// <summary>Whether all arguments of an attribute are literals, <c>nameof</c> or <c>typeof</c>.</summary>
    public static bool IsLiteral(AttributeData attribute)
    {
        if (attribute.ApplicationSyntaxReference?.GetSyntax() is not AttributeSyntax { ArgumentList.Arguments: var arguments }) return true;
        foreach (var argument in arguments)
            if (argument.Expression is not TypeOfExpressionSyntax && ValueOf(argument.Expression) is null)
                return false;
        return true;
    }

    /// <summary>A named argument that is a text; null without one.</summary>
    public static string? NamedText(AttributeData attribute, string name)
    {
        foreach (var argument in attribute.NamedArguments)
            if (argument.Key == name)
                return argument.Value.Value as string;
        return null;
    }

    /// <summary>One attribute out of the compiler's data.</summary>
    public static Annotation Of(AnnotationKind kind, AttributeData data)
    {
        var arguments = new Arguments();
        foreach (var argument in data.ConstructorArguments)
            if (argument.Kind != TypedConstantKind.Error)
                arguments.Add(kind, argument.Value);
        foreach (var argument in data.NamedArguments)
            if (argument.Value.Kind != TypedConstantKind.Error)
                arguments.Add(argument.Key, argument.Value.Value);
        return arguments.Make(kind, data.ApplicationSyntaxReference?.GetSyntax() as AttributeSyntax);
    }

    /// <summary>
    /// One attribute out of its text; null where an argument is not written out or fits no constructor, which the compiler knows better.
    /// </summary>
    public static Annotation? Of(AnnotationKind kind, AttributeSyntax syntax)
    {
        var arguments = new Arguments();
        var position = 0;
        foreach (var argument in syntax.ArgumentList?.Arguments ?? default)
        {
            if (argument.NameColon is not null || ValueOf(argument.Expression) is not { } value) return null;
            if (argument.NameEquals is { Name.Identifier.ValueText: var name }) arguments.Add(name, value);
            else if (Fits(kind, position++, value)) arguments.Add(kind, value);
            else return null;
        }

        return position > 0 || !HasNumber(kind) ? arguments.Make(kind, syntax) : null;
    }

    // A number where the kind has one, then a path.
    private static bool Fits(AnnotationKind kind, int position, object value) => (HasNumber(kind), position) switch
    {
        (true, 0) => value is int || (value is double && kind != AnnotationKind.Layer),
        (true, 1) or (false, 0) => value is string,
        _ => false,
    };

    private static bool HasNumber(AnnotationKind kind) =>
        kind is AnnotationKind.Layer or AnnotationKind.WeightDecay or AnnotationKind.LearningRateScale;

    /// <summary>
    /// The value of an expression that is written out: a literal with or without a sign, or <c>nameof</c> of a name; null for others.
    /// </summary>
    public static object? ValueOf(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax { Token.Value: string or int or double } literal => literal.Token.Value,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: LiteralExpressionSyntax literal } => literal.Token.Value switch
        {
            int number => -number,
            double number => -number,
            _ => null,
        },
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" }, ArgumentList.Arguments: [var named] } => named.Expression switch
        {
            IdentifierNameSyntax name => name.Identifier.ValueText,
            MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
            _ => null,
        },
        _ => null,
    };

    /// <summary>What the arguments say; what makes no sense for a kind is an error of the compiler's and is passed over.</summary>
    private struct Arguments()
    {
        private string? _path;
        private int _number;
        private double _value = double.NaN;
        private int? _order;
        private int _blocksPerLayer = 1;
        private int _count;
        private string? _layerOf;

        public void Add(AnnotationKind kind, object? value)
        {
            switch (value)
            {
                case string path: _path = path; break;
                case int number when kind is AnnotationKind.WeightDecay or AnnotationKind.LearningRateScale: _value = number; break;
                case int number: _number = number; break;
                case double number: _value = number; break;
            }
        }

        public void Add(string name, object? value)
        {
            switch (name, value)
            {
                case ("Order", int order) when order != int.MinValue: _order = order; break;
                case ("BlocksPerLayer", int blocks): _blocksPerLayer = blocks; break;
                case ("Count", int count): _count = count; break;
                case ("LayerOf", string method): _layerOf = method; break;
            }
        }

        public readonly Annotation Make(AnnotationKind kind, AttributeSyntax? syntax) => new(kind, syntax)
        {
            Path = _path,
            Number = _number,
            Value = _value,
            Order = _order,
            BlocksPerLayer = _blocksPerLayer,
            Count = _count,
            LayerOf = _layerOf,
        };
    }
}
