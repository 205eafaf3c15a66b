using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// Turns the tree of names into sections in opening order and into the matcher's tree, each node inheriting what its parents say.
/// </summary>
internal sealed class SectionBuilder(
    Reporter reporter,
    INamedTypeSymbol model,
    INamedTypeSymbol generatedIn,
    Compilation compilation,
    CompilationFacts compilationFacts,
    Dependencies read)
{
    private readonly List<SectionModel> _sections = [];
    private readonly List<Exemption> _exemptions = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly StackReader _stackReader = new(reporter, generatedIn, compilation);
    private readonly OpeningChecks _checks = new(reporter, model);

    public ImmutableEquatableArray<SectionModel> Sections => ImmutableEquatableArray<SectionModel>.From(_sections);

    public ImmutableEquatableArray<Exemption> Exemptions => ImmutableEquatableArray<Exemption>.From(_exemptions);

    public MatchNode Build(NameNode root)
    {
        var scope = Scope.Outermost.With(root);
        if (root.Layer is not null) Open(root, ref scope);
        var facts = scope.Section < 0 ? null : scope.Facts();
        var children = Children(root, scope, facts, ofRoot: true);
        _checks.Finish(_sections);
        return new MatchNode("", facts, children);
    }

    private ImmutableEquatableArray<MatchNode> Children(NameNode node, in Scope scope, MatchFacts? facts, bool ofRoot)
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

    private MatchNode? Resolve(NameNode node, in Scope outer, MatchFacts? outerFacts, bool ofRoot)
    {
        var scope = outer.Below(node).With(node);
        if (node.IsTemplate && scope.Stack < 0 && node.HoldsStack) OpenStack(node, ref scope);
        else if (node.IsTemplate && scope.Stack >= 0 && node.HoldsStack) scope.Indices = scope.Holes;
        else if (node.Layer is { Kind: AnnotationKind.PreviousLayer } && scope.Stack >= 0) { /* what a stage owns is of its last block */ }
        else if (node.Layer is { Kind: not AnnotationKind.Stack }) Open(node, ref scope);
        else if (ofRoot && scope.Section < 0 && !node.HoldsLayer) OpenUnassigned(node, ref scope);

        if (node.NoWeightDecay && !outer.NoWeightDecay && scope.Section >= 0 && scope.Section == outer.Section)
            _exemptions.Add(new Exemption(scope.Section, scope.Path));
        var facts = scope.Section < 0 ? null : scope.Facts();
        if (facts is not null && facts.Equals(outerFacts)) facts = null;
        var children = Children(node, scope, facts ?? outerFacts, ofRoot: false);
        return facts is null && children.Count == 0 ? null : new MatchNode(scope.Segment, facts, children) { Named = node.Named };
    }

    private void Open(NameNode node, ref Scope scope)
    {
        var annotation = node.Layer!;
        _checks.Open(annotation, node);
        Add(ref scope, annotation.Kind switch
        {
            AnnotationKind.Layer => SectionKind.Layer,
            AnnotationKind.PreviousLayer => SectionKind.PreviousLayer,
            _ => SectionKind.LastLayer,
        }, annotation, mayBeEmpty: ChildHoldsLayer(node));
    }

    private void OpenUnassigned(NameNode node, ref Scope scope)
    {
        if (node.IsDisputed || node.Member is not { } member || !ParameterOwners.MayOwn(node.Type, read)) return;
        reporter.Report(LayerRules.Unassigned, member.Location, model.Name, member.Name);
        Add(ref scope, SectionKind.Unassigned, null, mayBeEmpty: false);
    }

    private void Add(ref Scope scope, SectionKind kind, Annotation? annotation, bool mayBeEmpty)
    {
        scope.Section = _sections.Count;
        scope.Stack = -1;
        _sections.Add(new SectionModel
        {
            Property = Names.Unique(scope.Name.Length == 0 ? "Model" : scope.Name, compilationFacts, _names),
            Path = scope.Path,
            Kind = kind,
            Layer = annotation?.Number ?? 0,
            Optional = scope.Optional || mayBeEmpty,
            NoWeightDecay = scope.NoWeightDecay,
            Attribute = annotation?.Path is null ? null : annotation.Text,
        });
    }

    // Paths further in may take all that a section has.
    private static bool ChildHoldsLayer(NameNode node)
    {
        foreach (var child in node.Children)
            if (child.HoldsLayer)
                return true;
        return false;
    }

    private void OpenStack(NameNode node, ref Scope scope)
    {
        var property = Names.Unique(scope.Name.Length == 0 ? "Children" : scope.Name, compilationFacts, _names);
        if (_stackReader.Read(node, scope, property, _checks.Stacks) is not { } section)
        {
            scope.Stack = int.MaxValue; // said once, not at every level
            return;
        }

        _checks.OpenStack(_stackReader.Annotation);
        scope.Section = scope.Stack = _sections.Count;
        scope.Indices = scope.Holes;
        scope.Levels = _stackReader.Levels;
        _sections.Add(section);
    }
}
