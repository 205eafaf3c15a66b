namespace LayerDecayGen.Generator.Model;

/// <summary>Everything the emitter needs for one annotated class: values only, no symbol, syntax or compilation.</summary>
public sealed record LayoutModel
{
    /// <summary>The generated file: the metadata name of the class, which the language keeps unique, shortened where it is long.</summary>
    public required string HintName { get; init; }

    /// <summary>The namespace; empty for the global one.</summary>
    public required string Namespace { get; init; }

    /// <summary>The partial declarations around the members, outermost first, ending with the class itself.</summary>
    public required ImmutableEquatableArray<string> Declarations { get; init; }

    /// <summary>The name of the model class for messages and documentation.</summary>
    public required string ModelName { get; init; }

    /// <summary>How generated code refers to the model class.</summary>
    public required string ModelType { get; init; }

    /// <summary>The name of the nested class that holds the layout; it clashes with no type parameter around it.</summary>
    public required string LayoutClass { get; init; }

    /// <summary>The accessibility of extension methods for a model of another assembly; null where the class is the model.</summary>
    public string? ExtensionAccessibility { get; init; }

    /// <summary>Whether a base class has generated members of its own, which these hide.</summary>
    public bool HidesInherited { get; init; }

    /// <summary>Whether the text names members that may be obsolete.</summary>
    public bool NamesMembersOfOthers { get; init; }

    /// <summary>The rate; NaN where it is left to run time.</summary>
    public double Rate { get; init; }

    /// <summary>The sections in opening order.</summary>
    public required ImmutableEquatableArray<SectionModel> Sections { get; init; }

    /// <summary>The table that hovering shows, line by line.</summary>
    public required ImmutableEquatableArray<string> Table { get; init; }

    /// <summary>The text of the groups file.</summary>
    public required string GroupsFile { get; init; }

    /// <summary>Where the groups file stands: beside the class.</summary>
    public required string GroupsPath { get; init; }

    /// <summary>The matcher's tree, starting above the first segment.</summary>
    public required MatchNode Names { get; init; }

    /// <summary>The lr scale of each layer where depth and rate are constants; empty elsewhere.</summary>
    public required ImmutableEquatableArray<double> Scales { get; init; }
}
