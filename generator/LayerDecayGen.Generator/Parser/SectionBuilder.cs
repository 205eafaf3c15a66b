using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Turns the tree of names into sections in opening order and into the matcher's tree, each node inheriting what its parents say.</summary>
internal sealed class SectionBuilder(Reporter reporter, INamedTypeSymbol model, INamedTypeSymbol? groups)
{
    private const string Letters = "ijklmnop";

    private readonly List<SectionModel> _sections = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _stacks;

    public ImmutableEquatableArray<SectionModel> Sections => ImmutableEquatableArray<SectionModel>.From(_sections);

    public ImmutableEquatableArray<MatchNode> Build(NameNode root)
    {
        var scope = Scope.Outermost.With(root);
        if (root.Layer is not null) Open(root, ref scope);
        return Children(root, scope, facts: null, isRoot: true);
    }

    private ImmutableEquatableArray<MatchNode> Children(NameNode node, Scope scope, MatchFacts? facts, bool isRoot)
    {
        List<MatchNode>? list = null;
        foreach (var child in node.Children)
        {
            if (Resolve(child, scope, facts, isRoot) is not { } match) continue;
            (list ??= []).Add(match);
            if (child.Alias is { } alias) list.Add(match with { Segment = alias });
        }

        return ImmutableEquatableArray<MatchNode>.From(list);
    }

    private MatchNode? Resolve(NameNode node, Scope outer, MatchFacts? outerFacts, bool ofRoot)
    {
        var scope = outer.Below(node, Letters).With(node);
        if (node.IsTemplate && scope.Stack < 0 && node.HoldsStack) OpenStack(node, ref scope);
        else if (node.Layer?.Kind == AnnotationKind.Stack) scope.Indices = scope.Holes;
        else if (node.Layer?.Kind == AnnotationKind.PreviousLayer && scope.Stack >= 0) { /* what a stage owns is of its last block */ }
        else if (node.Layer is not null) Open(node, ref scope);
        else if (ofRoot && scope.Section < 0 && !node.HoldsLayer) OpenUnassigned(node, ref scope);

        var facts = scope.Section < 0 ? null : scope.Facts(ChildHoldsStack(node));
        if (facts is not null && facts.Equals(outerFacts)) facts = null;
        var children = Children(node, scope, facts ?? outerFacts, isRoot: false);
        return facts is null && children.Count == 0 ? null : new MatchNode(scope.Segment, facts, children);
    }

    private void Open(NameNode node, ref Scope scope)
    {
        var annotation = node.Layer!;
        scope.Section = _sections.Count;
        scope.Indices = 0;
        scope.Stack = -1;
        _sections.Add(new SectionModel
        {
            Property = Names.Unique(scope.Name, groups, _names),
            Path = scope.Path,
            Kind = annotation.Kind switch
            {
                AnnotationKind.Layer => SectionKind.Layer,
                AnnotationKind.PreviousLayer => SectionKind.PreviousLayer,
                _ => SectionKind.LastLayer,
            },
            Layer = annotation.Number,
            Optional = scope.Optional,
            NoWeightDecay = scope.NoWeightDecay,
            Attribute = annotation.Path is null ? null : annotation.Text,
        });
    }

    private void OpenStack(NameNode node, ref Scope scope)
    {
        var (innermost, path) = FirstStack(node, scope.Path, scope.Holes);
        var annotation = node.Layer ?? innermost.Layer!;
        scope.Section = scope.Stack = _sections.Count;
        scope.Indices = scope.Holes;
        _sections.Add(new SectionModel
        {
            Property = Names.Unique(scope.Name, groups, _names),
            Path = path,
            Kind = SectionKind.Stack,
            Order = annotation.Order ?? _stacks,
            BlocksPerLayer = annotation.BlocksPerLayer,
            Count = annotation.Count,
            Optional = scope.Optional,
            NoWeightDecay = scope.NoWeightDecay,
            Attribute = annotation.Path is null ? null : annotation.Text,
        });
        _stacks++;
    }

    private void OpenUnassigned(NameNode node, ref Scope scope)
    {
        if (node.Member is not { } member || !ParameterOwners.MayOwn(member.Type)) return;
        reporter.Report(LayerRules.Unassigned, member.Location, model.Name, member.Name);
        scope.Section = _sections.Count;
        _sections.Add(new SectionModel
        {
            Property = Names.Unique(scope.Name, groups, _names),
            Path = scope.Path,
            Kind = SectionKind.Unassigned,
            Optional = scope.Optional,
            NoWeightDecay = scope.NoWeightDecay,
        });
    }

    private static (NameNode Node, string Path) FirstStack(NameNode node, string path, int holes)
    {
        foreach (var child in node.Children)
            if (child.HoldsStack)
            {
                var segment = child.IsTemplate ? child.Segment.Replace(NameNode.Hole, "{" + Letters[holes] + "}") : child.Segment;
                return FirstStack(child, path + "." + segment, child.IsTemplate ? holes + 1 : holes);
            }

        return (node, path);
    }

    private static bool ChildHoldsStack(NameNode node)
    {
        foreach (var child in node.Children)
            if (child.HoldsStack)
                return true;
        return false;
    }

    /// <summary>What holds at a node, handed down by value.</summary>
    private struct Scope
    {
        public int Section;
        public int Stack;
        public int Indices;
        public int Holes;
        public bool NoWeightDecay;
        public bool Optional;
        public string Path;
        public string Name;
        public string Segment;
        private bool _frozen;
        private double _learningRateScale;
        private double _weightDecay;

        public static Scope Outermost => new()
        {
            Section = -1,
            Stack = -1,
            Path = "",
            Name = "",
            Segment = "",
            _learningRateScale = 1,
            _weightDecay = double.NaN,
        };

        public readonly Scope Below(NameNode node, string letters)
        {
            var below = this;
            below.Segment = node.IsTemplate ? node.Segment.Replace(NameNode.Hole, "{" + letters[Holes] + "}") : node.Segment;
            below.Path = Path.Length == 0 ? below.Segment : Path + "." + below.Segment;
            var literal = node.IsTemplate ? node.Segment.Replace(NameNode.Hole, "") : node.Display;
            if (literal.Length > 0) below.Name = Name + Names.Pascal(literal);
            if (node.IsTemplate) below.Holes++;
            return below;
        }

        public readonly Scope With(NameNode node)
        {
            var with = this;
            with.NoWeightDecay |= node.NoWeightDecay;
            with.Optional |= node.Optional;
            with._frozen |= node.Frozen;
            with._learningRateScale *= node.LearningRateScale;
            if (!double.IsNaN(node.WeightDecay)) with._weightDecay = node.WeightDecay;
            return with;
        }

        public readonly MatchFacts Facts(bool aboveInnermost) => new(Section)
        {
            Indices = Indices,
            AboveInnermost = aboveInnermost && Stack == Section && Indices > 0,
            NoWeightDecay = NoWeightDecay,
            Frozen = _frozen,
            LearningRateScale = _learningRateScale,
            WeightDecay = _weightDecay,
        };
    }
}
