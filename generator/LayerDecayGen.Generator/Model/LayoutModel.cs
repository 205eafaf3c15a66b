namespace LayerDecayGen.Generator.Model;

/// <summary>Everything the emitter needs for one annotated class: values only, no symbol, syntax or compilation.</summary>
public sealed record LayoutModel
{
    /// <summary>The generated file: the metadata name of the class, so it is unique by the rules of the language.</summary>
    public required string HintName { get; init; }

    /// <summary>The namespace; empty for the global one.</summary>
    public required string Namespace { get; init; }

    /// <summary>The partial declarations around the members, outermost first, ending with the class itself.</summary>
    public required ImmutableEquatableArray<string> Declarations { get; init; }

    /// <summary>The name of the model class for messages and documentation.</summary>
    public required string ModelName { get; init; }

    /// <summary>How generated code refers to the model class.</summary>
    public required string ModelType { get; init; }

    /// <summary>The accessibility of extension methods for a model of another assembly; null where the class is the model.</summary>
    public string? ExtensionAccessibility { get; init; }

    /// <summary>Whether a base class has generated members of its own, which these hide.</summary>
    public bool HidesInherited { get; init; }

    /// <summary>The rate; NaN where it is left to run time.</summary>
    public double Rate { get; init; }

    /// <summary>The sections in opening order.</summary>
    public required ImmutableEquatableArray<SectionModel> Sections { get; init; }

    /// <summary>Names that are not decayed inside sections that are.</summary>
    public required ImmutableEquatableArray<Exemption> Exemptions { get; init; }

    /// <summary>The matcher's tree, starting above the first segment.</summary>
    public required MatchNode Names { get; init; }

    /// <summary>The lr scale of each layer where depth and rate are constants; empty elsewhere.</summary>
    public required ImmutableEquatableArray<double> Scales { get; init; }

    /// <summary>The first and last layer of each section where depth is constant, two entries a section; empty elsewhere.</summary>
    public required ImmutableEquatableArray<int> Layers { get; init; }
}

/// <summary>A name that <c>[NoWeightDecay]</c> exempts inside a section that is decayed.</summary>
/// <param name="Section">The section.</param>
/// <param name="Path">Dotted registered names.</param>
public sealed record Exemption(int Section, string Path);
