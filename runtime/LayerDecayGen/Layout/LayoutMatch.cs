namespace LayerDecayGen.Layout;

/// <summary>What the compiled matcher says of one parameter name. A plain value: matching allocates nothing.</summary>
public readonly record struct LayoutMatch
{
    /// <summary>The index of a child that has a name instead: its number is its place in the live model.</summary>
    public const int ByName = -2;

    /// <summary>What is known of a parameter of a section that is not a stack.</summary>
    /// <param name="section">Index into <see cref="LayerLayout.Sections"/>.</param>
    public LayoutMatch(int section) : this(section, -1, -1) { }

    /// <summary>What is known of a parameter of a stack.</summary>
    /// <param name="section">Index into <see cref="LayerLayout.Sections"/>.</param>
    /// <param name="index">The child's index in the stack, from 0.</param>
    public LayoutMatch(int section, int index) : this(section, -1, index) { }

    /// <summary>What is known of a parameter of a two-level stack.</summary>
    /// <param name="section">Index into <see cref="LayerLayout.Sections"/>.</param>
    /// <param name="stage">The outer child's index, from 0; -1 in a one-level stack.</param>
    /// <param name="index">The inner child's index, from 0; -1 for what a stage owns beside its inner stack.</param>
    public LayoutMatch(int section, int stage, int index)
    {
        Section = section;
        Stage = stage;
        Index = index;
        LearningRateScale = 1;
        WeightDecay = double.NaN;
    }

    /// <summary>Index into <see cref="LayerLayout.Sections"/>.</summary>
    public int Section { get; init; }

    /// <summary>The outer child's index in a two-level stack, from 0; a number of the same order in deeper ones; -1 elsewhere.</summary>
    public int Stage { get; init; }

    /// <summary>
    /// The child's index in its stack, from 0; <see cref="ByName"/> where it has a name, until <see cref="NamedChildren"/> numbers it; -1
    /// where the section is not a stack.
    /// </summary>
    public int Index { get; init; }

    /// <summary>Whether <see cref="NoWeightDecayAttribute"/> covers the parameter.</summary>
    public bool NoWeightDecay { get; init; }

    /// <summary>Whether <see cref="FrozenAttribute"/> covers the parameter.</summary>
    public bool Frozen { get; init; }

    /// <summary>The product of the <see cref="LearningRateScaleAttribute"/>s that cover the parameter; 1 without any.</summary>
    public double LearningRateScale { get; init; }

    /// <summary>The value of the innermost <see cref="WeightDecayAttribute"/> that covers the parameter; NaN without any.</summary>
    public double WeightDecay { get; init; }
}
