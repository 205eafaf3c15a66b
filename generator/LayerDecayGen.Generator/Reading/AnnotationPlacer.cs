using System.Collections.Immutable;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Puts one attribute where it belongs in the tree of names, or reports why it cannot stand there.</summary>
internal sealed class AnnotationPlacer(MemberReader reader, Reporter reporter)
{
    /// <summary>The property of LDG012 with the paths of the lists that a module holds, for the code fix.</summary>
    public const string Lists = nameof(Lists);

    /// <summary>The property of LDG012 with the path that led to the module; not there on the member itself.</summary>
    public const string Holder = nameof(Holder);

    private static readonly SymbolDisplayFormat s_short =
        SymbolDisplayFormat.MinimallyQualifiedFormat.RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private readonly PathResolver _paths = new(reader, reporter);

    /// <summary>The hole that stands for the children of a container.</summary>
    public static NameNode ChildrenOf(NameNode node, ITypeSymbol? type)
    {
        var hole = node.Child(NameNode.Hole);
        hole.Named |= TorchTypes.HasNamedChildren(type);
        return hole;
    }

    /// <summary>Adds what an attribute says; returns the node that it is about, null where it is refused.</summary>
    public NameNode? Place(Annotation annotation, NameNode node, INamedTypeSymbol model)
    {
        var type = node.Type;
        if (!IsInRange(annotation, node)) return null;
        if (annotation.Path is { } path && !_paths.TryResolve(annotation, path, model, ref node, ref type))
        {
            node.HasError = true;
            return null;
        }

        var facets = node.Facets;
        switch (annotation.Kind)
        {
            case AnnotationKind.NoWeightDecay: node.Facets = facets with { NoWeightDecay = true }; break;
            case AnnotationKind.Frozen: node.Facets = facets with { Frozen = true }; break;
            case AnnotationKind.WeightDecay: node.Facets = facets with { WeightDecay = annotation.Value }; break;
            case AnnotationKind.LearningRateScale: node.Facets = facets with { LearningRateScale = facets.LearningRateScale * annotation.Value }; break;
            default: return PlaceLayer(annotation, node, type, model);
        }

        return node;
    }

    private NameNode? PlaceLayer(Annotation annotation, NameNode node, ITypeSymbol? type, INamedTypeSymbol model)
    {
        var target = annotation.Kind == AnnotationKind.Stack ? StackOf(annotation, node, type) : node;
        node.HasError |= target is null;
        if (target is null) return null;
        var other = target.Layer ?? node.Layer ?? StackBelow(node)?.Layer;
        if (other is null) target.Layer = annotation;
        else if (other.Depth >= annotation.Depth)
            reporter.Report(LayerDiagnostics.TwoLayers, annotation.Location, annotation.Text, model.Name + "." + node.Display, other.Text);
        return target;
    }

    private bool IsInRange(Annotation annotation, NameNode node)
    {
        var complaint = annotation switch
        {
            { Kind: AnnotationKind.Layer, Number: < 0 } => ("the layer", "0 or above"),
            { Kind: AnnotationKind.Stack, BlocksPerLayer: < 1 } => ("BlocksPerLayer", "1 or above"),
            { Kind: AnnotationKind.Stack, Count: < 0 } => ("Count", "0 or above"),
            { Kind: AnnotationKind.WeightDecay, Value: < 0 or double.NaN or double.PositiveInfinity } => ("the weight decay", "a finite number of 0 or above"),
            { Kind: AnnotationKind.LearningRateScale, Value: < 0 or double.NaN or double.PositiveInfinity } => ("the scale", "a finite number of 0 or above"),
            _ => default,
        };
        if (complaint == default) return true;
        node.HasError = true;
        reporter.Report(NumberDiagnostics.OutOfRange, annotation.Location, annotation.Text, node.Display, complaint.Item1, complaint.Item2);
        return false;
    }

    private static NameNode? StackBelow(NameNode node)
    {
        foreach (var child in node.Children)
            if (child is { Segment: NameNode.Hole, Layer.Kind: AnnotationKind.Stack })
                return child;
        return null;
    }

    private NameNode? StackOf(Annotation annotation, NameNode node, ITypeSymbol? type)
    {
        if (node.IsTemplate) return node;
        if (TorchTypes.IsNativeStack(type))
        {
            var layers = node.Child("layers");
            layers.Display = "";
            return layers.Child(NameNode.Hole);
        }

        if (TorchTypes.IsContainer(type, out _) || TorchTypes.IsOpaque(type) || TorchTypes.IsCollectionOfComponents(type)) return ChildrenOf(node, type);
        var lists = new List<Member>();
        if (type is INamedTypeSymbol holder && TorchTypes.IsUserModule(type))
            foreach (var member in reader.Read(holder))
                if (IsList(reader.HeldBy(member)))
                    lists.Add(member);
        if (lists.Count != 1) Refuse(annotation, node, type, lists);
        return lists is [var only] ? StackIn(annotation, node, (INamedTypeSymbol)type!, only) : null;
    }

    // A module that holds exactly one list, such as an encoder with its layers, means that list.
    private NameNode? StackIn(Annotation annotation, NameNode node, INamedTypeSymbol holder, Member list)
    {
        var inner = node.Child(list.Registered);
        inner.Describe(list, reader.Read(holder).IndexOf(list), reader);
        return StackOf(annotation, inner, inner.Type);
    }

    private static bool IsList(ITypeSymbol? type) => TorchTypes.IsNativeStack(type) || TorchTypes.IsContainer(type, out _);

    private void Refuse(Annotation annotation, NameNode node, ITypeSymbol? type, List<Member> lists)
    {
        var shown = type?.ToDisplayString(s_short);
        if (lists.Count == 0)
        {
            reporter.Report(
                LayerDiagnostics.NotAStack, annotation.Location, node.Display, shown,
                "finds no indexed children", "it takes a ModuleList, Sequential, ModuleDict, ParameterList or TransformerEncoder, a module that holds one of them, or a path with a hole such as \"block_{i}\"");
            return;
        }

        var names = string.Join(" and ", lists.ConvertAll(static list => "'" + list.Name + "'"));
        var paths = lists.ConvertAll(list => annotation.Path is { } path ? path + "." + list.Name : list.Name);
        var properties = ImmutableDictionary<string, string?>.Empty.Add(Lists, string.Join(",", paths));
        if (annotation.Path is not null) properties = properties.Add(Holder, annotation.Path);
        reporter.Report(
            LayerDiagnostics.NotAStack, annotation.Location, properties, node.Display, shown, "finds several lists, " + names + ",",
            "name one by a path, [LayerStack(\"" + paths[0] + "\")], or put [LayerStack] on each list in its class");
    }
}
