using System.Collections.Immutable;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <summary>The attributes of the vocabulary as values.</summary>
internal static class AnnotationReader
{
    /// <summary>Whether an attribute of ours stands on a symbol; allocates nothing where none does.</summary>
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
            "NextLayerAttribute" => AnnotationKind.NextLayer,
            "LastLayerAttribute" => AnnotationKind.LastLayer,
            "NoWeightDecayAttribute" => AnnotationKind.NoWeightDecay,
            "WeightDecayAttribute" => AnnotationKind.WeightDecay,
            "LearningRateScaleAttribute" => AnnotationKind.LearningRateScale,
            "FrozenAttribute" => AnnotationKind.Frozen,
            _ => AnnotationKind.None,
        };

    /// <summary>The attributes of ours among a symbol's.</summary>
    /// <param name="attributes">What stands on the symbol.</param>
    /// <param name="into">A list to go on with.</param>
    public static List<Annotation>? Read(ImmutableArray<AttributeData> attributes, List<Annotation>? into = null)
    {
        foreach (var data in attributes)
            if (KindOf(data.AttributeClass) is var kind and not AnnotationKind.None)
                Add(kind, data, into ??= []);
        return into;
    }

    // What does not fit an attribute's constructors is the compiler's to report; it is passed over here.
    private static void Add(AnnotationKind kind, AttributeData data, List<Annotation> into)
    {
        var number = 0;
        var value = double.NaN;
        List<string>? paths = null;
        foreach (var argument in data.ConstructorArguments)
        {
            if (argument.Kind == TypedConstantKind.Array) AddPaths(argument, paths ??= []);
            else if (argument is { Kind: TypedConstantKind.Primitive, Value: int integer }) (number, value) = (integer, integer);
            else if (argument is { Kind: TypedConstantKind.Primitive, Value: double real }) value = real;
        }

        var syntax = data.ApplicationSyntaxReference?.GetSyntax() as AttributeSyntax;
        if (paths is null or { Count: 0 }) into.Add(new Annotation(kind, syntax, data) { Number = number, Value = value });
        else
            foreach (var path in paths)
                into.Add(new Annotation(kind, syntax, data) { Number = number, Value = value, Path = path });
    }

    private static void AddPaths(TypedConstant array, List<string> paths)
    {
        if (array.IsNull) return;
        foreach (var item in array.Values)
            if (item.Value is string path)
                paths.Add(path);
    }
}
