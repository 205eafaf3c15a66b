using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Reading;

/// <summary>What holds at a name, handed down the tree by value: section and indices, and the facets that attributes add on the way.</summary>
internal struct Inherited
{
    public static Inherited Outermost => new() { Section = -1, Stack = -1, Path = "", Name = "", Segment = "", Facets = Facets.None };

    /// <summary>The section; -1 before one opens.</summary>
    public int Section { get; set; }

    /// <summary>The section where that is a stack; -1 elsewhere.</summary>
    public int Stack { get; set; }

    /// <summary>Whether a stack here was refused, so that none is opened further in.</summary>
    public bool IsRefused { get; set; }

    /// <summary>How many indices the innermost children of <see cref="Stack"/> have.</summary>
    public int Levels { get; set; }

    /// <summary>The holes so far that count as indices.</summary>
    public int Indices { get; set; }

    /// <summary>Whether this child of a stack of stages has no stack of its own and so is one layer.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Whether the names here are those of one class among several.</summary>
    public bool InVariant { get; set; }

    /// <summary>The holes so far.</summary>
    public int Holes { get; private set; }

    public Facets Facets { get; private set; }

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

    public readonly Inherited Below(NameNode node)
    {
        var below = this;
        below.Segment = Lettered(node, Holes);
        below.Path = Path.Length == 0 ? below.Segment : Path + "." + below.Segment;
        var literal = node.IsTemplate ? node.Segment.Replace(NameNode.Hole, "") : node.Display;
        if (literal.Length > 0) below.Name = Name + PropertyNames.Pascal(literal);
        if (node.IsTemplate) below.Holes++;
        return below;
    }

    /// <summary>Adds what a node says.</summary>
    public readonly Inherited With(NameNode node)
    {
        var with = this;
        with.Facets = Facets.With(node.Facets);
        with.Optional |= node.Optional;
        return with;
    }

    /// <summary>The same place seen by one class of module: the stack that opened here holds for it too.</summary>
    public readonly Inherited In(in Inherited opened)
    {
        var inside = this;
        (inside.Section, inside.Stack, inside.Indices, inside.Levels, inside.InVariant) =
            (opened.Section, opened.Stack, opened.Indices, opened.Levels, true);
        return inside;
    }

    public readonly MatchFacts Facts()
    {
        var inStack = Stack == Section && Stack >= 0;
        return new MatchFacts(Section, Facets) { Indices = inStack ? Indices : 0, Levels = inStack ? Levels : 0, IsWhole = inStack && IsWhole };
    }
}
