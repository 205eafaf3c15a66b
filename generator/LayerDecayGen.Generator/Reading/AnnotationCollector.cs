using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Reads the attributes of a model, of the classes of its members and of their members into a tree of registered names.</summary>
internal sealed class AnnotationCollector(MemberReader reader, Reporter reporter, CancellationToken cancellation)
{
    private readonly HashSet<ITypeSymbol> _open = new(SymbolEqualityComparer.Default);
    private readonly HashSet<INamedTypeSymbol> _read = new(SymbolEqualityComparer.Default);
    private readonly List<List<(Annotation Annotation, NameNode Node)>> _paths = [];
    private readonly IneffectiveAttributeCheck _ineffective = new(reader, reporter);
    private readonly AnnotationPlacer _placer = new(reader, reporter);

    /// <summary>The classes whose attributes were read.</summary>
    public IReadOnlyCollection<INamedTypeSymbol> Classes => _read;

    /// <summary>Reads a model; every member of the root gets a node, deeper ones only where an attribute says something of them.</summary>
    /// <param name="root">The model class.</param>
    /// <param name="carrier">Another class whose attributes describe the model; null where the model describes itself.</param>
    public NameNode Collect(INamedTypeSymbol root, INamedTypeSymbol? carrier)
    {
        var node = new NameNode("", null) { Type = root };
        if (carrier is not null) CollectClassAttributes(carrier, root, node, marksOnly: false);
        Collect(root, node, marksOnly: false);
        var position = 0;
        node.Sort(ref position);
        foreach (var paths in _paths) KeepOrder(paths);
        _ineffective.Check();
        return node;
    }

    // A class after its holder: what a holder says of a member, itself or by a path, decides over what the member's class says.
    private void Collect(INamedTypeSymbol type, NameNode node, bool marksOnly)
    {
        cancellation.ThrowIfCancellationRequested();
        if (!_open.Add(type)) return;
        if (reader.Enter(type))
        {
            _read.Add(type.OriginalDefinition);
            CollectMembers(type, node, marksOnly);
            reader.Leave(type);
        }

        _open.Remove(type);
    }

    private void CollectMembers(INamedTypeSymbol type, NameNode node, bool marksOnly)
    {
        var members = reader.Read(type);
        var followed = new List<(Member Member, NameNode Node)>();
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            var annotations = member.Annotations();
            var follow = reader.HoldsAnnotations(member);
            if (member.IsCapture || (node.Parent is not null && annotations is null && !follow)) continue;
            var child = node.Child(member.Registered);
            child.Describe(member, i, reader);
            if (follow) followed.Add((member, child));
            foreach (var annotation in annotations ?? [])
                if (!marksOnly || !annotation.IsLayer)
                    Attach(annotation, child, type, member.Holder);
        }

        for (var level = type; level is not null && TorchTypes.IsUserModule(level); level = level.BaseType)
            CollectClassAttributes(level, type, node, marksOnly);
        foreach (var (member, child) in followed) Follow(member, child, marksOnly);
    }

    private void CollectClassAttributes(INamedTypeSymbol carrier, INamedTypeSymbol model, NameNode node, bool marksOnly)
    {
        var paths = new List<(Annotation, NameNode)>();
        foreach (var annotation in AnnotationReader.Read(carrier.GetAttributes()) ?? [])
        {
            // What a member says of itself decides over what its class says of all instances.
            if (annotation.IsLayer && (marksOnly || (annotation.Path is null && node.Layer is not null))) continue;
            if (annotation.Path is null && annotation.Kind == AnnotationKind.WeightDecay && !double.IsNaN(node.Facets.WeightDecay)) continue;
            if (Attach(annotation, node, model, carrier) is { } target && annotation.IsLayer) paths.Add((annotation, target));
        }

        if (paths.Count > 1) _paths.Add(paths);
    }

    // Stacks and previous layers named by paths of one class open in the order of its attributes, whatever the order of the members.
    private static void KeepOrder(List<(Annotation Annotation, NameNode Node)> paths)
    {
        var latest = (Position: -1, After: 0);
        foreach (var (annotation, node) in paths)
        {
            if (node.Layer != annotation) continue;
            if (node.Key.CompareTo(latest) < 0) node.Key = (latest.Position, latest.After + 1);
            latest = node.Key;
        }
    }

    private void Follow(Member member, NameNode node, bool marksOnly)
    {
        marksOnly |= node.Layer is { Kind: not AnnotationKind.Stack };
        FollowElements(member, node, marksOnly);
        var classes = reader.ClassesOf(member);
        if (classes.Count > 1) FollowVariants(node, classes, marksOnly);
        else Follow(node, node.Type, marksOnly);
    }

    private void Follow(NameNode node, ITypeSymbol? type, bool marksOnly)
    {
        if (TorchTypes.IsContainer(type, out var element) && element is not null && reader.HoldsAnnotations(element))
        {
            var child = AnnotationPlacer.ChildrenOf(node, type);
            child.Type = element;
            Follow(child, element, marksOnly || child.Layer is { Kind: not AnnotationKind.Stack });
        }

        if (type is INamedTypeSymbol named && TorchTypes.IsUserModule(type)) Collect(named, node, marksOnly);
    }

    // A list of a base type may hold blocks of several classes: each class keeps its own attributes.
    private void FollowElements(Member member, NameNode node, bool marksOnly)
    {
        var classes = new List<ITypeSymbol>(reader.ElementsOf(member));
        if (classes.Count == 0) return;
        var (type, place) = (node.Type, node);
        while (TorchTypes.IsContainer(type, out var element))
        {
            if (element is not null) classes.RemoveAll(found => SymbolEqualityComparer.Default.Equals(found, element));
            if (!classes.Exists(reader.HoldsAnnotations) || SymbolEqualityComparer.Default.Equals(type, element)) return;
            place = AnnotationPlacer.ChildrenOf(place, type);
            marksOnly |= place.Layer is { Kind: not AnnotationKind.Stack };
            type = element;
        }

        FollowVariants(place, classes, marksOnly);
    }

    private void FollowVariants(NameNode node, IReadOnlyList<ITypeSymbol> classes, bool marksOnly)
    {
        foreach (var type in classes)
            if (type is INamedTypeSymbol named && TorchTypes.IsUserModule(type) && reader.HoldsAnnotations(type))
                Collect(named, node.Variant(named), marksOnly);
    }

    /// <summary>Adds what an attribute says; returns the node that it is about.</summary>
    private NameNode? Attach(Annotation annotation, NameNode node, INamedTypeSymbol model, INamedTypeSymbol carrier)
    {
        annotation.Carrier = carrier;
        annotation.Depth = _open.Count;
        if (_placer.Place(annotation, node, model) is not { } target) return null;
        _ineffective.Note(annotation, target);
        return target;
    }
}
