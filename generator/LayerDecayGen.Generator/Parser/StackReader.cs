using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Reads one stack, however many levels of lists it has: the attributes of its levels as one section.</summary>
internal sealed class StackReader(Reporter reporter, INamedTypeSymbol generatedIn, Compilation compilation)
{
    private const int MostLevels = 4;

    private NameNode _node = null!;
    private string _path = "";
    private int _levels;
    private Annotation _order = null!;
    private Annotation? _layerOf;

    /// <summary>The number of indices of the stack read last.</summary>
    public int Levels => _levels;

    /// <summary>The section of the stack that opens at a hole.</summary>
    /// <param name="node">The outermost hole.</param>
    /// <param name="scope">What holds there.</param>
    /// <param name="property">The section's name.</param>
    /// <param name="defaultOrder">Its place among the stacks.</param>
    /// <returns>Null where the stack cannot be; the reason is reported.</returns>
    public SectionModel? Read(NameNode node, in Scope scope, string property, int defaultOrder)
    {
        (_node, _path, _levels, _layerOf) = (node, scope.Path, scope.Holes, null);
        Descend(node);
        if (_levels > MostLevels)
        {
            reporter.Report(LayerRules.TooDeep, _order.Location, _order.Text, _path, MostLevels);
            return null;
        }

        return new SectionModel
        {
            Property = property,
            Path = _path,
            Kind = SectionKind.Stack,
            Order = _order.Order ?? defaultOrder,
            BlocksPerLayer = Math.Max(1, FirstOf(static a => a.BlocksPerLayer, 1)),
            Count = Math.Max(0, FirstOf(static a => a.Count, 0)),
            LayerOf = LayerOf(),
            Optional = scope.Optional,
            NoWeightDecay = scope.NoWeightDecay,
            Attribute = _order.Path is null ? null : _order.Text,
        };
    }

    /// <summary>The attribute that states the stack's place.</summary>
    public Annotation Annotation => _order;

    private void Descend(NameNode node)
    {
        Annotation? outermost = null;
        for (var level = node; level is not null; level = InnerStack(level))
        {
            if (level.Layer is { Kind: AnnotationKind.Stack } annotation)
            {
                outermost ??= annotation;
                if (annotation.LayerOf is not null) _layerOf = annotation;
            }

            if (level == node) continue;
            _path += "." + Scope.Lettered(level, _levels);
            if (level.IsTemplate) _levels++;
        }

        _order = outermost!;
    }

    private static NameNode? InnerStack(NameNode node)
    {
        foreach (var child in node.Children)
            if (child.HoldsStack)
                return child;
        return null;
    }

    private int FirstOf(Func<Annotation, int> value, int unset)
    {
        for (var level = _node; level is not null; level = InnerStack(level))
            if (level.Layer is { Kind: AnnotationKind.Stack } annotation && value(annotation) != unset)
                return value(annotation);
        return unset;
    }

    private string? LayerOf()
    {
        if (_layerOf is not { LayerOf: { } name } annotation) return null;
        for (var type = annotation.Carrier; type is not null; type = type.BaseType)
            foreach (var member in type.GetMembers(name))
                if (member is IMethodSymbol method && Fits(method))
                    return type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + "." + name
                        + (method.Parameters.Length == 1 ? "(index)" : "(stage, index)");
        reporter.Report(LayerRules.NoSuchMethod, annotation.Location, annotation.Text, annotation.Carrier?.Name, name,
            _levels == 1 ? "static int " + name + "(int index)" : "static int " + name + "(int stage, int index)");
        return null;
    }

    private bool Fits(IMethodSymbol method)
    {
        if (!method.IsStatic || method.IsGenericMethod || method.ReturnType.SpecialType != SpecialType.System_Int32 || _levels > 2)
            return false;
        if (method.Parameters.Length == 0 || method.Parameters.Length > _levels) return false;
        foreach (var parameter in method.Parameters)
            if (parameter.Type.SpecialType != SpecialType.System_Int32 || parameter.RefKind != RefKind.None)
                return false;
        return compilation.IsSymbolAccessibleWithin(method, generatedIn);
    }
}
