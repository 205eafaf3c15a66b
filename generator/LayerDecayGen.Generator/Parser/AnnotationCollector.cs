using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Reads the attributes of a model, of the classes of its members and of their members into a tree of registered names.</summary>
internal sealed class AnnotationCollector(MemberReader reader, Reporter reporter, CancellationToken cancellation)
{
    private static readonly SymbolDisplayFormat s_short =
        SymbolDisplayFormat.MinimallyQualifiedFormat.RemoveMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private readonly HashSet<ITypeSymbol> _open = new(SymbolEqualityComparer.Default);
    private readonly HashSet<INamedTypeSymbol> _read = new(SymbolEqualityComparer.Default);
    private readonly PathResolver _paths = new(reader, reporter, cancellation);
    private readonly HiddenRules _hidden = new(reader, reporter, cancellation);

    /// <summary>The classes whose attributes were read.</summary>
    public IReadOnlyCollection<INamedTypeSymbol> Classes => _read;

    /// <summary>Reads a model; every member of the root gets a node, deeper ones only where an attribute speaks of them.</summary>
    /// <param name="root">The model class.</param>
    /// <param name="carrier">Another class whose attributes speak of the model; null where the model speaks for itself.</param>
    public NameNode Collect(INamedTypeSymbol root, INamedTypeSymbol? carrier)
    {
        var node = new NameNode("", null) { Type = root };
        Collect(root, node, marksOnly: false);
        if (carrier is not null) CollectCarrier(carrier, root, node);
        node.Sort();
        _hidden.Check();
        return node;
    }

    // A class after its holder: what a holder says of a member, itself or by a path, goes before what the member's class says of its own.
    private void Collect(INamedTypeSymbol type, NameNode node, bool marksOnly)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_open.Add(type)) return;
        _read.Add(type.OriginalDefinition);
        var members = reader.Read(type);
        var followed = new List<(Member Member, NameNode Node)>();
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            var annotations = reader.AnnotationsOf(member);
            var follow = reader.Speaks(member);
            if (member.IsCapture || (node.Parent is not null && annotations is null && !follow)) continue;
            var child = node.Child(member.Registered);
            child.Describe(member, i, reader);
            if (follow) followed.Add((member, child));
            foreach (var annotation in annotations ?? [])
                if (!marksOnly || !annotation.IsLayer)
                    Attach(annotation, child, type, member.Holder);
        }

        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = BaseClass.Of(level))
            CollectClassAttributes(level, type, node, marksOnly);
        foreach (var (member, child) in followed) Follow(member, child, marksOnly);
        _open.Remove(type);
    }

    // Who describes a model of another assembly does not see its members' order: the order of the attributes counts.
    private void CollectCarrier(INamedTypeSymbol carrier, INamedTypeSymbol model, NameNode root)
    {
        var order = int.MinValue;
        foreach (var annotation in reader.AnnotationsOf(carrier) ?? [])
        {
            for (var node = Attach(annotation, root, model, carrier); node is not null; node = node.Parent)
                node.Ordinal = Math.Min(node.Ordinal, order);
            order++;
        }
    }

    private void CollectClassAttributes(INamedTypeSymbol carrier, INamedTypeSymbol model, NameNode node, bool marksOnly)
    {
        foreach (var annotation in reader.AnnotationsOf(carrier) ?? [])
        {
            // What a member says of itself goes before what its class says of all.
            if (annotation.IsLayer && (marksOnly || (annotation.Path is null && node.Layer is not null))) continue;
            if (annotation.Path is null && annotation.Kind == AnnotationKind.WeightDecay && !double.IsNaN(node.WeightDecay)) continue;
            Attach(annotation, node, model, carrier);
        }
    }

    private void Follow(Member member, NameNode node, bool marksOnly)
    {
        marksOnly |= node.Layer is { Kind: not AnnotationKind.Stack };
        Follow(node, node.Type, marksOnly);
        foreach (var element in reader.ElementsOf(member))
            if (reader.Speaks(element))
                Follow(ChildrenOf(node, node.Type), element, marksOnly);
    }

    private void Follow(NameNode node, ITypeSymbol? type, bool marksOnly)
    {
        if (TorchTypes.IsContainer(type, out var element) && element is not null && reader.Speaks(element))
        {
            var child = ChildrenOf(node, type);
            child.Type = element;
            Follow(child, element, marksOnly || child.Layer is { Kind: not AnnotationKind.Stack });
        }

        if (type is INamedTypeSymbol named && MemberReader.IsUserModule(type)) Collect(named, node, marksOnly);
    }

    /// <summary>Adds what an attribute says; returns the node that it is about.</summary>
    private NameNode Attach(Annotation annotation, NameNode node, INamedTypeSymbol model, INamedTypeSymbol carrier)
    {
        annotation.Carrier = carrier;
        annotation.Depth = _open.Count;
        var type = node.Type;
        if (!IsInRange(annotation, node)) return node;
        if (annotation.Path is { } path && !_paths.TryResolve(annotation, path, model, ref node, ref type))
        {
            node.IsDisputed = true;
            return node;
        }

        switch (annotation.Kind)
        {
            case AnnotationKind.NoWeightDecay: node.NoWeightDecay = true; break;
            case AnnotationKind.Frozen: node.Frozen = true; break;
            case AnnotationKind.WeightDecay: node.WeightDecay = annotation.Value; break;
            case AnnotationKind.LearningRateScale: node.LearningRateScale *= annotation.Value; break;
            default: AttachLayer(annotation, node, type, model); break;
        }

        _hidden.Note(annotation, node);
        return node;
    }

    private void AttachLayer(Annotation annotation, NameNode node, ITypeSymbol? type, INamedTypeSymbol model)
    {
        var target = annotation.Kind == AnnotationKind.Stack ? StackOf(node, type) : node;
        node.IsDisputed = target is null;
        if (target is null)
            reporter.Report(LayerRules.NotAStack, annotation.Location, node.Display, type?.ToDisplayString(s_short));
        else if ((target.Layer ?? node.Layer ?? StackBelow(node)?.Layer) is { } first && first.Depth < annotation.Depth)
            return;
        else if ((target.Layer ?? node.Layer ?? StackBelow(node)?.Layer) is { } other)
            reporter.Report(LayerRules.TwoLayers, annotation.Location, annotation.Text, model.Name + "." + node.Display, other.Text);
        else
            target.Layer = annotation;
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
        node.IsDisputed = true;
        reporter.Report(NumberRules.OutOfRange, annotation.Location, annotation.Text, node.Display, complaint.Item1, complaint.Item2);
        return false;
    }

    private static NameNode? StackBelow(NameNode node)
    {
        foreach (var child in node.Children)
            if (child is { Segment: NameNode.Hole, Layer.Kind: AnnotationKind.Stack })
                return child;
        return null;
    }

    private static NameNode? StackOf(NameNode node, ITypeSymbol? type)
    {
        if (node.IsTemplate) return node;
        if (TorchTypes.IsNativeStack(type))
        {
            var layers = node.Child("layers");
            layers.Display = "";
            return layers.Child(NameNode.Hole);
        }

        if (!TorchTypes.IsContainer(type, out _) && !TorchTypes.IsOpaque(type)) return null;
        return ChildrenOf(node, type);
    }

    private static NameNode ChildrenOf(NameNode node, ITypeSymbol? type)
    {
        var hole = node.Child(NameNode.Hole);
        hole.Named |= TorchTypes.HasNamedChildren(type);
        return hole;
    }
}
