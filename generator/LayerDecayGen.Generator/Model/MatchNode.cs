namespace LayerDecayGen.Generator.Model;

/// <summary>One segment of registered names, and what the declaration says of everything at and below it.</summary>
/// <param name="Segment">A literal, or a template with one hole in braces: <c>{i}</c>, <c>block_{i}</c>.</param>
/// <param name="Facts">What is said here; null where only deeper names are spoken of.</param>
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
}

/// <summary>What the declaration says of a set of names.</summary>
/// <param name="Section">The section.</param>
public sealed record MatchFacts(int Section)
{
    /// <summary>
    /// How many of the holes so far are indices of the stack, from the first: 0 outside, 1 in a stack, more in stacks of stacks.
    /// </summary>
    public int Indices { get; init; }

    /// <summary>
    /// How many indices the stack's innermost children have; more than <see cref="Indices"/> for what a stage owns beside them.
    /// </summary>
    public int Levels { get; init; }

    /// <summary>Whether nothing is decayed.</summary>
    public bool NoWeightDecay { get; init; }

    /// <summary>Whether nothing is trained.</summary>
    public bool Frozen { get; init; }

    /// <summary>The factor on the lr scale.</summary>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>The weight decay; NaN without one.</summary>
    public double WeightDecay { get; init; } = double.NaN;
}
