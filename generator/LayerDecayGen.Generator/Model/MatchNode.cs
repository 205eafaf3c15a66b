namespace LayerDecayGen.Generator.Model;

/// <summary>One segment of registered names, and what the declaration says of everything at and below it.</summary>
/// <param name="Segment">A literal, or a template with one hole in braces: <c>{i}</c>, <c>block_{i}</c>.</param>
/// <param name="Facts">What is said here; null where only deeper names are meant.</param>
/// <param name="Children">The next segments.</param>
public sealed record MatchNode(string Segment, MatchFacts? Facts, ImmutableEquatableArray<MatchNode> Children)
{
    /// <summary>Whether the segment holds an index.</summary>
    public bool IsTemplate => Segment.IndexOf('{') >= 0;

    /// <summary>The name of an index by the number of holes before it: i, j, k and so on.</summary>
    public static string Letter(int holes) =>
        holes < 8 ? ((char)('i' + holes)).ToString() : "i" + holes.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether the children of a container may have names in place of indices.</summary>
    public bool Named { get; init; }

    /// <summary>What is said instead where the module here is of a certain class; empty where names alone tell.</summary>
    public ImmutableEquatableArray<MatchVariant> Variants { get; init; } = ImmutableEquatableArray<MatchVariant>.Empty;
}

/// <summary>What the declaration says of names below a module of one class.</summary>
/// <param name="Class">The name of the class as reflection gives it, type arguments aside.</param>
/// <param name="Node">The same segment, as that class declares what is below it.</param>
public sealed record MatchVariant(string Class, MatchNode Node);

/// <summary>What the declaration says of a set of names.</summary>
/// <param name="Section">The section.</param>
/// <param name="Facets">What attributes add.</param>
public sealed record MatchFacts(int Section, Facets Facets)
{
    /// <summary>
    /// How many of the holes so far are indices of the stack, from the first: 0 outside, 1 in a stack, more in stacks of stacks.
    /// </summary>
    public int Indices { get; init; }

    /// <summary>
    /// How many indices the stack's innermost children have; more than <see cref="Indices"/> for what a stage owns beside them.
    /// </summary>
    public int Levels { get; init; }

    /// <summary>Whether the child is one layer although other children of its stack are stages: its missing indices are 0.</summary>
    public bool IsWhole { get; init; }
}
