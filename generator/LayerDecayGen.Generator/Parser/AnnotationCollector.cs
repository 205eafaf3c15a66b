using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Reads the attributes of a model, of the classes of its members and of their members into a tree of registered names.</summary>
internal sealed class AnnotationCollector(Reporter reporter, CancellationToken cancellation)
{
    private readonly Dictionary<ITypeSymbol, bool> _speaks = new(SymbolEqualityComparer.Default);
    private readonly HashSet<ITypeSymbol> _open = new(SymbolEqualityComparer.Default);

    /// <summary>Reads a model; every member of the root gets a node, deeper ones only where an attribute speaks of them.</summary>
    public NameNode Collect(INamedTypeSymbol root)
    {
        var node = new NameNode("", null);
        Collect(root, node, keepAll: true);
        node.Sort();
        return node;
    }

    /// <summary>Reads the attributes that stand on a class and speak of another.</summary>
    public void CollectClassAttributes(INamedTypeSymbol carrier, INamedTypeSymbol model, NameNode node)
    {
        var attributes = Annotation.Read(carrier.GetAttributes());
        if (attributes is null) return;
        foreach (var annotation in attributes)
        {
            // What a member says of itself goes before what its class says of all.
            if (annotation.Path is null && (annotation.IsLayer ? node.Layer is not null : annotation.Kind == AnnotationKind.WeightDecay && !double.IsNaN(node.WeightDecay)))
                continue;
            annotation.Carrier = carrier;
            Attach(annotation, node, model, model);
        }
    }

    private void Collect(INamedTypeSymbol type, NameNode node, bool keepAll)
    {
        if (!_open.Add(type)) return;
        var members = MemberReader.Read(type, cancellation);
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            var annotations = member.ReadAnnotations();
            if (!keepAll && annotations is null && !Speaks(member.Type)) continue;
            var child = NodeOf(node, member, i);
            foreach (var annotation in annotations ?? [])
            {
                annotation.Carrier = member.Symbol.ContainingType;
                Attach(annotation, child, member.Type, type);
            }

            Follow(child, member.Type);
        }

        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = level.BaseType)
            CollectClassAttributes(level, type, node);
        _open.Remove(type);
    }

    private static NameNode NodeOf(NameNode parent, Member member, int ordinal)
    {
        var node = parent.Child(member.Registered);
        node.Member = member;
        node.Display = member.Name;
        node.Alias = member.Alias;
        node.Ordinal = ordinal;
        node.Optional |= member.MayBeNull;
        return node;
    }

    private void Follow(NameNode node, ITypeSymbol? type)
    {
        if (!Speaks(type)) return;
        if (TorchTypes.IsContainer(type, out var element) && element is not null) Follow(node.Child(NameNode.Hole), element);
        else if (type is INamedTypeSymbol named) Collect(named, node, keepAll: false);
    }

    private void Attach(Annotation annotation, NameNode node, ITypeSymbol? type, INamedTypeSymbol model)
    {
        if (annotation.Path is { } path && !new PathResolver(reporter, cancellation).TryResolve(annotation, path, model, ref node, ref type)) return;
        switch (annotation.Kind)
        {
            case AnnotationKind.NoWeightDecay: node.NoWeightDecay = true; break;
            case AnnotationKind.Frozen: node.Frozen = true; break;
            case AnnotationKind.WeightDecay: node.WeightDecay = annotation.Value; break;
            case AnnotationKind.LearningRateScale: node.LearningRateScale *= annotation.Value; break;
            default: AttachLayer(annotation, node, type, model); break;
        }
    }

    private void AttachLayer(Annotation annotation, NameNode node, ITypeSymbol? type, INamedTypeSymbol model)
    {
        if (annotation is { Kind: AnnotationKind.Layer, Number: < 0 })
        {
            reporter.Report(NumberRules.TooSmall, annotation.Location, annotation.Text, node.Display, "the layer", "0 or above");
            return;
        }

        var target = annotation.Kind == AnnotationKind.Stack ? StackOf(node, type) : node;
        if (target is null)
            reporter.Report(LayerRules.NotAStack, annotation.Location, node.Display, type?.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
        else if ((target.Layer ?? node.Layer ?? StackBelow(node)?.Layer) is { } first)
            reporter.Report(LayerRules.TwoLayers, annotation.Location, annotation.Text, model.Name + "." + node.Display, first.Text);
        else
            target.Layer = annotation;
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
        if (TorchTypes.IsNativeStack(type)) return node.Child("layers").Child(NameNode.Hole);
        return TorchTypes.IsContainer(type, out _) || TorchTypes.IsOpaque(type) ? node.Child(NameNode.Hole) : null;
    }

    // Whether a class or what it holds carries an attribute of ours; most blocks do not and cost no more than this look.
    private bool Speaks(ITypeSymbol? type)
    {
        if (TorchTypes.IsContainer(type, out var element) && element is not null && Speaks(element)) return true;
        if (!MemberReader.IsUserModule(type)) return false;
        if (_speaks.TryGetValue(type!, out var known)) return known;
        _speaks[type!] = false;
        return _speaks[type!] = Reads(type!);
    }

    private bool Reads(ITypeSymbol type)
    {
        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = level.BaseType)
        {
            if (Annotation.IsOn(level.GetAttributes())) return true;
            foreach (var symbol in level.GetMembers())
                if (symbol is IFieldSymbol { IsStatic: false } field
                    && (Annotation.IsOn(field.GetAttributes())
                        || (field.AssociatedSymbol is { } property && Annotation.IsOn(property.GetAttributes()))
                        || Speaks(field.Type)))
                    return true;
        }

        return false;
    }
}
