namespace LayerDecayGen.Layout;

/// <summary>
/// What a model class says of its layers, as compiled by the generator: the sections and a matcher from registered names to them. It states
/// facts and decides nothing; the numbers of layers follow from the live model (<see cref="LayerNumbering"/>).
/// </summary>
public abstract partial class LayerLayout
{
    private readonly Section[] _sections;

    /// <summary>The facts of one model class.</summary>
    /// <param name="modelName">The model class, for messages.</param>
    /// <param name="layerDecay">The rate of <see cref="LayerDecayAttribute"/>, in (0, 1]; NaN where the declaration leaves it to run
    /// time.</param>
    /// <param name="sections">The annotated members and paths in opening order.</param>
    protected LayerLayout(string modelName, double layerDecay, params Section[] sections) =>
        (ModelName, LayerDecay, _sections) = (modelName, layerDecay, sections);

    /// <summary>The model class, for messages.</summary>
    public string ModelName { get; }

    /// <summary>The rate of <see cref="LayerDecayAttribute"/>, in (0, 1]; NaN where the declaration leaves it to run time.</summary>
    public double LayerDecay { get; }

    /// <summary>The annotated members and paths in opening order.</summary>
    public IReadOnlyList<Section> Sections => _sections;

    /// <summary>
    /// The text of the groups file, <c>Model.groups.md</c>, as the attributes have it; null where none are compiled.
    /// </summary>
    public virtual string? GroupsFile => null;

    /// <summary>Finds the section of a registered parameter name.</summary>
    /// <param name="name">A name as <c>named_parameters()</c> gives it, for example <c>blocks.3.attn.qkv.weight</c>.</param>
    /// <param name="elements">The classes of the live model's modules; null where only names are known, so that what the declaration says
    /// of one class among several is left out.</param>
    /// <returns>What the declaration says of it; null when no section covers the name.</returns>
    public abstract LayoutMatch? Match(ReadOnlySpan<char> name, ElementTypes? elements = null);

    /// <summary>The layer that the user's <see cref="LayerStackAttribute.LayerOf"/> method gives to a child of a stack.</summary>
    /// <param name="section">Index into <see cref="Sections"/>.</param>
    /// <param name="stage">The outer child's index, or -1 in a one-level stack.</param>
    /// <param name="index">The child's index.</param>
    /// <exception cref="InvalidOperationException">The section has no such method.</exception>
    public virtual int LayerOf(int section, int stage, int index) =>
        throw new InvalidOperationException($"Section '{Sections[section].Path}' of {ModelName} has no LayerOf method.");
}
