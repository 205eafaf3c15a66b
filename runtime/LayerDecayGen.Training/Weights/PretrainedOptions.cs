namespace LayerDecayGen.Training;

/// <summary>How the names and tensors of a file of pretrained weights become those of a model.</summary>
public sealed class PretrainedOptions
{
    /// <summary>
    /// A prefix that is taken off the names in the file, such as <c>"bert."</c> or <c>"module."</c>. Names without it stay as they are. A
    /// prefix that no name has is an error.
    /// </summary>
    public string StripPrefix { get; init; } = "";

    /// <summary>A prefix that is put before every name in the file, such as <c>"backbone."</c>; after <see cref="StripPrefix"/>.</summary>
    public string AddPrefix { get; init; } = "";

    /// <summary>Renames, applied in their order after the prefixes. One that matches nothing is an error.</summary>
    public IReadOnlyList<WeightRename> Renames { get; init; } = [];

    /// <summary>
    /// Tensors of the file that the model has no place for and that are passed over: patterns of names as in <see cref="WeightRename"/>, after
    /// prefixes and renames. For example <c>"cls.**"</c>.
    /// </summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>
    /// Tensors of the model that the file may lack or have in another shape, and that stay as they are then: patterns of names. Where the model
    /// has typed sections, <c>except</c> of <see cref="PretrainedWeights.Load"/> says the same without text.
    /// </summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>
    /// What is done to single tensors on their way, by patterns of the model's names. A pattern that matches nothing, or two for one tensor, are
    /// errors.
    /// </summary>
    public IDictionary<string, WeightAdapter> Adapters { get; init; } = new Dictionary<string, WeightAdapter>(StringComparer.Ordinal);

    /// <summary>
    /// Whether numbers may lose digits, as from float32 to bfloat16. Widening, as from float16 to float32, needs no permission. A finite number
    /// that would become infinite is an error all the same.
    /// </summary>
    public bool AllowNarrowing { get; init; }
}
