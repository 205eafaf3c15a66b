namespace LayerDecayGen.Layout;

/// <content>What generated layouts are written with: short names keep the emitted text readable.</content>
public abstract partial class LayerLayout
{
    /// <summary>Takes the next segment off a dotted name.</summary>
    /// <param name="rest">The name; left without the segment and its dot, empty at the end.</param>
    /// <returns>The segment.</returns>
    protected static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var segment = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? default : rest[(dot + 1)..];
        return segment;
    }

    /// <summary>Reads a segment that is the index of a child, whole: <c>1</c> never matches <c>10</c>.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="index">The index, from 0.</param>
    /// <returns>False where the segment is anything but a decimal number as TorchSharp writes it.</returns>
    protected static bool Index(ReadOnlySpan<char> segment, out int index)
    {
        index = 0;
        if (segment.IsEmpty || segment.Length > 9 || (segment[0] == '0' && segment.Length > 1)) return false;
        foreach (var digit in segment)
        {
            if (!char.IsAsciiDigit(digit)) return false;
            index = (index * 10) + (digit - '0');
        }

        return true;
    }

    /// <summary>Reads the index out of a segment named by a template such as <c>block_{i}</c>.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="before">The text before the hole.</param>
    /// <param name="after">The text after the hole.</param>
    /// <param name="index">The index, from 0.</param>
    /// <returns>False where the segment does not have the template's form.</returns>
    protected static bool Index(ReadOnlySpan<char> segment, string before, string after, out int index)
    {
        index = 0;
        return segment.Length > before.Length + after.Length
            && segment.StartsWith(before, StringComparison.Ordinal)
            && segment.EndsWith(after, StringComparison.Ordinal)
            && Index(segment[before.Length..^after.Length], out index);
    }

    /// <summary>Reads a segment that is a child of a container: an index, or a name as in a <c>ModuleDict</c>.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="index">The index, from 0, or <see cref="LayoutMatch.ByName"/>.</param>
    /// <returns>False at the end of the name.</returns>
    protected static bool Child(ReadOnlySpan<char> segment, out int index)
    {
        if (!Index(segment, out index)) index = LayoutMatch.ByName;
        return !segment.IsEmpty;
    }

    /// <summary>Which of several classes the module that a name leads through is.</summary>
    /// <param name="full">The whole name.</param>
    /// <param name="rest">What follows the module in it.</param>
    /// <param name="elements">The live model's classes; null where only names are known.</param>
    /// <param name="classes">Full names of class definitions.</param>
    /// <returns>The index of the class; -1 for none of them. Without a live model a single class is taken as given.</returns>
    protected static int Class(ReadOnlySpan<char> full, ReadOnlySpan<char> rest, ElementTypes? elements, string[] classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (elements is null) return classes.Length == 1 ? 0 : -1;
        return elements.IndexOf(full[..(full.Length - rest.Length - (rest.IsEmpty ? 0 : 1))].ToString(), classes);
    }

    /// <summary>One number for two outer indices of a stack three levels deep or more, in their order.</summary>
    /// <param name="outer">The outer index.</param>
    /// <param name="inner">The inner index, below <see cref="Beyond"/>.</param>
    protected static int Fold(int outer, int inner) => outer < 0 || inner < 0 ? LayoutMatch.ByName : (outer * (Beyond + 1)) + inner;

    /// <summary>The same without weight decay: what <see cref="NoWeightDecayAttribute"/> says.</summary>
    /// <param name="match">What is known of the parameter besides.</param>
    protected static LayoutMatch NoDecay(LayoutMatch match) => match with { NoWeightDecay = true };

    /// <summary>Stands for an inner index after all others: what an outer child owns beside its inner stack.</summary>
    protected const int Beyond = 255;

    /// <summary>A section of <see cref="SectionKind.Layer"/>.</summary>
    /// <param name="number">The layer.</param>
    /// <param name="path">Dotted registered names.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    /// <param name="attribute">The attribute as written on a class; null where it stands on the member.</param>
    protected static Section Layer(int number, string path, bool optional = false, string? attribute = null) => new()
    {
        Path = path,
        Kind = SectionKind.Layer,
        Layer = number,
        Optional = optional,
        Attribute = attribute ?? FormattableString.Invariant($"[Layer({number})]"),
    };

    /// <summary>A section of <see cref="SectionKind.Stack"/>.</summary>
    /// <param name="path">Dotted registered names with a hole for each index.</param>
    /// <param name="order">Position among the stacks.</param>
    /// <param name="blocksPerLayer">How many consecutive children form one layer.</param>
    /// <param name="count">The number of children where it is stated, else 0.</param>
    /// <param name="countEmpty">Whether children without parameters take a layer too.</param>
    /// <param name="hasLayerOf">Whether a method gives a child's layer.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    /// <param name="attribute">The attribute as written on a class; null where it stands on the member.</param>
    protected static Section Stack(
        string path,
        int order = 0,
        int blocksPerLayer = 1,
        int count = 0,
        bool countEmpty = false,
        bool hasLayerOf = false,
        bool optional = false,
        string? attribute = null) => new()
        {
            Path = path,
            Kind = SectionKind.Stack,
            Order = order,
            BlocksPerLayer = blocksPerLayer,
            Count = count == 0 ? null : count,
            CountEmpty = countEmpty,
            HasLayerOf = hasLayerOf,
            Optional = optional,
            Attribute = attribute ?? "[LayerStack]",
        };

    /// <summary>A section of <see cref="SectionKind.PreviousLayer"/>.</summary>
    /// <param name="path">Dotted registered names.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    /// <param name="attribute">The attribute as written on a class; null where it stands on the member.</param>
    protected static Section Previous(string path, bool optional = false, string? attribute = null) =>
        new() { Path = path, Kind = SectionKind.PreviousLayer, Optional = optional, Attribute = attribute ?? "[PreviousLayer]" };

    /// <summary>A section of <see cref="SectionKind.NextLayer"/>.</summary>
    /// <param name="path">Dotted registered names.</param>
    /// <param name="order">Position among the sections that count on.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    /// <param name="attribute">The attribute as written on a class; null where it stands on the member.</param>
    protected static Section Next(string path, int order = 0, bool optional = false, string? attribute = null) =>
        new() { Path = path, Kind = SectionKind.NextLayer, Order = order, Optional = optional, Attribute = attribute ?? "[NextLayer]" };

    /// <summary>A section of <see cref="SectionKind.LastLayer"/>.</summary>
    /// <param name="path">Dotted registered names.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    /// <param name="attribute">The attribute as written on a class; null where it stands on the member.</param>
    protected static Section Last(string path, bool optional = false, string? attribute = null) =>
        new() { Path = path, Kind = SectionKind.LastLayer, Optional = optional, Attribute = attribute ?? "[LastLayer]" };

    /// <summary>A section of <see cref="SectionKind.Unassigned"/>.</summary>
    /// <param name="path">Dotted registered names.</param>
    /// <param name="optional">Whether a model may lack it.</param>
    protected static Section Unassigned(string path, bool optional = false) =>
        new() { Path = path, Kind = SectionKind.Unassigned, Optional = optional, Attribute = "" };
}
