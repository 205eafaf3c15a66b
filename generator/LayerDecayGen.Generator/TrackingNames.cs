namespace LayerDecayGen.Generator;

/// <summary>Names of the pipeline's steps, shared with the tests that watch them.</summary>
public static class TrackingNames
{
    /// <summary>Symbols to the model, which is all that the emitted text depends on; runs for every annotated class at every edit.</summary>
    public const string Model = nameof(Model);
}
