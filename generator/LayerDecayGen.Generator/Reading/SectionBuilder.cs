using System.Runtime.CompilerServices;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// Turns the tree of names into sections in opening order and into the matcher's tree, each node inheriting what its parents say.
/// </summary>
internal sealed class SectionBuilder(
    Reporter reporter, INamedTypeSymbol model, INamedTypeSymbol generatedIn, MemberReader members, PropertyNames names)
{
    private readonly List<OpenedSection> _sections = [];
    private readonly StackReader _stackReader = new(reporter, generatedIn, members.Bodies.Compilation);

    /// <summary>The sections in opening order; what is added to them is final after <see cref="Build"/>.</summary>
    public IReadOnlyList<OpenedSection> Sections => _sections;

    public MatchNode Build(NameNode root)
    {
        var scope = Inherited.Outermost.With(root);
        if (root.Layer is not null) Open(root, ref scope);
        var facts = scope.Section < 0 ? null : scope.Facts();
        var tree = new MatchNode("", facts, Children(root, scope, facts, ofRoot: true));
        var order = SectionOrder.Apply(_sections);
        new SectionOrderCheck(reporter, model).Check(_sections);
        return order is null ? tree : SectionOrder.Renumber(tree, order);
    }

    private ImmutableEquatableArray<MatchNode> Children(NameNode node, in Inherited scope, MatchFacts? facts, bool ofRoot)
    {
        List<MatchNode>? list = null;
        foreach (var child in node.Children)
        {
            if (Resolve(child, scope, facts, ofRoot) is not { } match) continue;
            (list ??= []).Add(match);
            if (child.Alias is { } alias) list.Add(match with { Segment = alias });
        }

        return ImmutableEquatableArray<MatchNode>.From(list);
    }

    private MatchNode? Resolve(NameNode node, in Inherited outer, MatchFacts? outerFacts, bool ofRoot)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var scope = outer.Below(node).With(node);
        Open(node, ofRoot, ref scope);
        var facts = FactsOf(scope, outerFacts);
        var children = Children(node, scope, facts ?? outerFacts, ofRoot: false);
        var variants = Variants(node, outer, outerFacts, scope);
        return facts is null && children.Count == 0 && variants.Count == 0
            ? null
            : new MatchNode(scope.Segment, facts, children) { Named = node.Named, Variants = variants };
    }

    // A node that is itself a stack, or a stage of one, opens or continues it; other layers open a section of one layer.
    private void Open(NameNode node, bool ofRoot, ref Inherited scope)
    {
        if (node.IsTemplate && scope.Stack < 0 && !scope.IsRefused && node.HoldsStack) OpenStack(node, ref scope);
        else if (node.IsTemplate && scope.Stack >= 0 && node.HoldsStack) scope.Indices = scope.Holes;
        else if (node.Layer is { Kind: AnnotationKind.PreviousLayer } && scope.Stack >= 0) return; // goes with the last block of its stage
        else if (node.Layer is { Kind: not AnnotationKind.Stack }) Open(node, ref scope);
        else if (ofRoot && scope.Section < 0 && !node.HoldsLayer) OpenUnassigned(node, ref scope);
    }

    private ImmutableEquatableArray<MatchVariant> Variants(NameNode node, in Inherited outer, MatchFacts? outerFacts, in Inherited opened)
    {
        if (node.Variants.Count == 0) return ImmutableEquatableArray<MatchVariant>.Empty;
        var list = new List<MatchVariant>();
        foreach (var (type, variant) in node.Variants)
        {
            var scope = outer.Below(node).With(variant).In(opened);
            if (variant.Layer is { Kind: not AnnotationKind.Stack } && variant.Layer != node.Layer) Open(variant, ref scope);
            else scope.IsWhole = scope.Stack >= 0 && scope.Indices < scope.Levels && !variant.HoldsStack;
            var facts = FactsOf(scope, outerFacts);
            var children = Children(variant, scope, facts ?? outerFacts, ofRoot: false);
            list.Add(new MatchVariant(TypeNames.Reflected(type), new MatchNode(scope.Segment, facts, children) { Named = node.Named }));
        }

        return ImmutableEquatableArray<MatchVariant>.From(list);
    }

    private static MatchFacts? FactsOf(in Inherited scope, MatchFacts? outer) =>
        scope.Section >= 0 && scope.Facts() is var facts && !facts.Equals(outer) ? facts : null;

    private void Open(NameNode node, ref Inherited scope) => Add(ref scope, node, node.Layer!.Kind switch
    {
        AnnotationKind.Layer => SectionKind.Layer,
        AnnotationKind.PreviousLayer => SectionKind.PreviousLayer,
        AnnotationKind.NextLayer => SectionKind.NextLayer,
        _ => SectionKind.LastLayer,
    });

    private void OpenUnassigned(NameNode node, ref Inherited scope)
    {
        if (node.HasError || node.Member is not { } member || !members.MayOwn(member)) return;
        reporter.Report(LayerDiagnostics.Unassigned, member.Location, model.Name, member.Name);
        Add(ref scope, node, SectionKind.Unassigned);
    }

    private void Add(ref Inherited scope, NameNode node, SectionKind kind)
    {
        var annotation = node.Layer;
        var optional = scope.Optional || scope.InVariant || ChildHoldsLayer(node);
        scope.Stack = -1;
        if (scope.InVariant && IndexOf(scope.Path, kind, annotation) is >= 0 and var known)
        {
            scope.Section = known;
            return;
        }

        scope.Section = _sections.Count;
        _sections.Add(new OpenedSection(annotation, node, new SectionModel
        {
            Property = names.Take(scope.Name.Length == 0 ? "Model" : scope.Name),
            Path = scope.Path,
            Kind = kind,
            Layer = annotation?.Number ?? 0,
            Optional = optional,
            Attribute = annotation?.Path is null ? null : annotation.Text,
        }));
    }

    // Two classes may say the same of the same name: one section.
    private int IndexOf(string path, SectionKind kind, Annotation? annotation)
    {
        for (var i = 0; i < _sections.Count; i++)
            if (_sections[i].Model is var known && known.Path == path && known.Kind == kind && known.Layer == (annotation?.Number ?? 0))
                return i;
        return -1;
    }

    // Paths further in may take all that a section has.
    private static bool ChildHoldsLayer(NameNode node)
    {
        foreach (var child in node.Children)
            if (child.HoldsLayer)
                return true;
        return false;
    }

    private void OpenStack(NameNode node, ref Inherited scope)
    {
        if (_stackReader.Read(node, scope, names.Take(scope.Name.Length == 0 ? "Children" : scope.Name)) is not { } section)
        {
            scope.IsRefused = true; // reported once, not at every level
            return;
        }

        scope.Section = scope.Stack = _sections.Count;
        scope.Indices = scope.Holes;
        scope.Levels = _stackReader.Levels;
        _sections.Add(new OpenedSection(_stackReader.Annotation, _stackReader.Node, section));
    }
}

/// <summary>A section while the model is read.</summary>
/// <param name="Annotation">What opens it; null where nothing does.</param>
/// <param name="Node">The node that carries the annotation.</param>
/// <param name="Model">What the emitter gets.</param>
internal sealed record OpenedSection(Annotation? Annotation, NameNode Node, SectionModel Model);
