namespace LayerDecayGen.Layout;

/// <summary>How a section gets its layer.</summary>
public enum SectionKind
{
    /// <summary>A layer by number: <see cref="LayerAttribute"/>.</summary>
    Layer,

    /// <summary>Children that are layers: <see cref="LayerStackAttribute"/>.</summary>
    Stack,

    /// <summary>The layer opened last before it: <see cref="PreviousLayerAttribute"/>.</summary>
    PreviousLayer,

    /// <summary>The layer after the one opened last before it: <see cref="NextLayerAttribute"/>.</summary>
    NextLayer,

    /// <summary>The top: <see cref="LastLayerAttribute"/>.</summary>
    LastLayer,

    /// <summary>In no layer by any attribute: the seal names it unless it owns no parameter.</summary>
    Unassigned,
}

/// <summary>
/// One annotated member of a model, or one annotated path: what the compiler knows of it. Sections stand in opening order, the order in
/// which stacks count on and in which <see cref="SectionKind.PreviousLayer"/> looks back.
/// </summary>
public sealed record Section
{
    /// <summary>
    /// Dotted registered names, for example <c>patch_embed</c>; holes of a stack are written in braces, as in <c>blocks.{i}</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>How the section gets its layer.</summary>
    public required SectionKind Kind { get; init; }

    /// <summary>The layer, where <see cref="Kind"/> is <see cref="SectionKind.Layer"/>.</summary>
    public int Layer { get; init; }

    /// <summary>Position among the sections that count on (stacks and next layers); those of equal order share layers.</summary>
    public int Order { get; init; }

    /// <summary>How many consecutive children of a stack form one layer.</summary>
    public int BlocksPerLayer { get; init; } = 1;

    /// <summary>The number of children of a stack where the declaration states it; null where the live model decides.</summary>
    public int? Count { get; init; }

    /// <summary>Whether children without parameters take a layer too, so that a child's layer is its index.</summary>
    public bool CountEmpty { get; init; }

    /// <summary>Whether the layer of a child comes from the user's method, <see cref="LayerLayout.LayerOf"/>.</summary>
    public bool HasLayerOf { get; init; }

    /// <summary>Whether a model may lack the member: a section that matches nothing is then empty instead of an error.</summary>
    public bool Optional { get; init; }

    /// <summary>The attribute as the user wrote it, for messages: <c>[LayerStack]</c>.</summary>
    public required string Attribute { get; init; }
}
