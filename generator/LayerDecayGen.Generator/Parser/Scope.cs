using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// What holds at a name, handed down the tree by value: section and indices, and the facets that attributes add on the way.
/// </summary>
internal struct Scope
{
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

    /// <summary>The section; -1 before one opens.</summary>
    public int Section { get; set; }

    /// <summary>The section where that is a stack; -1 elsewhere.</summary>
    public int Stack { get; set; }

    /// <summary>How many indices the innermost children of <see cref="Stack"/> have.</summary>
    public int Levels { get; set; }

    /// <summary>The holes so far that count as indices.</summary>
    public int Indices { get; set; }

    /// <summary>The holes so far.</summary>
    public int Holes { get; private set; }

    public bool NoWeightDecay { get; private set; }

    public bool Optional { get; private set; }

    /// <summary>Dotted names so far, holes lettered.</summary>
    public string Path { get; private set; }

    /// <summary>The property that a section opened here would get.</summary>
    public string Name { get; private set; }

    /// <summary>The last segment, its hole lettered.</summary>
    public string Segment { get; private set; }

    /// <summary>A segment with its hole lettered by depth.</summary>
    public static string Lettered(NameNode node, int holes) =>
        node.IsTemplate ? node.Segment.Replace(NameNode.Hole, "{" + MatchNode.Letter(holes) + "}") : node.Segment;

    public readonly Scope Below(NameNode node)
    {
        var below = this;
        below.Segment = Lettered(node, Holes);
        below.Path = Path.Length == 0 ? below.Segment : Path + "." + below.Segment;
        var literal = node.IsTemplate ? node.Segment.Replace(NameNode.Hole, "") : node.Display;
        if (literal.Length > 0) below.Name = Name + Names.Pascal(literal);
        if (node.IsTemplate) below.Holes++;
        return below;
    }

    /// <summary>Adds the facets of a node; what is said further in overrules what is said further out.</summary>
    public readonly Scope With(NameNode node)
    {
        var with = this;
        if (!double.IsNaN(node.WeightDecay)) (with._weightDecay, with.NoWeightDecay) = (node.WeightDecay, false);
        if (node.NoWeightDecay) (with._weightDecay, with.NoWeightDecay) = (double.NaN, true);
        with.Optional |= node.Optional;
        with._frozen |= node.Frozen;
        with._learningRateScale *= node.LearningRateScale;
        return with;
    }

    public readonly MatchFacts Facts() => new(Section)
    {
        Indices = Stack == Section ? Indices : 0,
        Levels = Stack == Section ? Levels : 0,
        NoWeightDecay = NoWeightDecay,
        Frozen = _frozen,
        LearningRateScale = _learningRateScale,
        WeightDecay = _weightDecay,
    };
}
