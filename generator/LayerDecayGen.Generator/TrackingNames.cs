namespace LayerDecayGen.Generator;

/// <summary>Names of the pipeline's steps, shared with the tests that watch them.</summary>
public static class TrackingNames
{
    /// <summary>Symbols to model and diagnostics; runs for every annotated class at every edit.</summary>
    public const string Parse = nameof(Parse);

    /// <summary>The model alone: what the emitted text depends on.</summary>
    public const string Model = nameof(Model);

    /// <summary>The diagnostics alone.</summary>
    public const string Diagnostics = nameof(Diagnostics);
}
