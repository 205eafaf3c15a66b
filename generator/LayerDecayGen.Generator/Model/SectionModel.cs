namespace LayerDecayGen.Generator.Model;

/// <summary>How a section gets its layer; the names are those of the runtime's <c>SectionKind</c>.</summary>
public enum SectionKind
{
    /// <summary>A layer by number.</summary>
    Layer,

    /// <summary>Children that are layers.</summary>
    Stack,

    /// <summary>The layer opened last before it.</summary>
    PreviousLayer,

    /// <summary>The layer after the one opened last before it.</summary>
    NextLayer,

    /// <summary>The top.</summary>
    LastLayer,

    /// <summary>No layer.</summary>
    Unassigned,
}

/// <summary>One annotated member or path.</summary>
public sealed record SectionModel
{
    /// <summary>The property of <c>Groups</c>.</summary>
    public required string Property { get; init; }

    /// <summary>Its layer and names in a sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Dotted registered names; holes in braces.</summary>
    public required string Path { get; init; }

    /// <summary>How it gets its layer.</summary>
    public required SectionKind Kind { get; init; }

    /// <summary>The layer of <see cref="SectionKind.Layer"/>.</summary>
    public int Layer { get; init; }

    /// <summary>The position among the sections that count on.</summary>
    public int Order { get; init; }

    /// <summary>How many children of a stack form a layer.</summary>
    public int BlocksPerLayer { get; init; } = 1;

    /// <summary>The number of children; 0 where the live model decides.</summary>
    public int Count { get; init; }

    /// <summary>Whether children without parameters take a layer too.</summary>
    public bool CountEmpty { get; init; }

    /// <summary>The call that gives a child's layer, written with <c>stage</c> and <c>index</c>; null without one.</summary>
    public string? LayerOf { get; init; }

    /// <summary>Whether that method may be called from obsolete members only.</summary>
    public bool LayerOfIsObsolete { get; init; }

    /// <summary>Whether a model may lack it.</summary>
    public bool Optional { get; init; }

    /// <summary>The attribute as written, where it stands on a class with a path; null where it stands on the member.</summary>
    public string? Attribute { get; init; }
}
