namespace LayerDecayGen.Training;

/// <summary>
/// What a training step does beside backward and step. The names of MMAction2's <c>OptimWrapper</c> are mapped in docs/optim-wrapper.md.
/// </summary>
public sealed record TrainingStepOptions
{
    /// <summary>Backward passes an update.</summary>
    public Accumulation Accumulation { get; init; } = Accumulation.None;

    /// <summary>How gradients are cut down; null leaves them.</summary>
    public Clipping? Clipping { get; init; }

    /// <summary>
    /// The factor on losses for half precision; null for none. Updates with gradients that are not finite are then skipped.
    /// </summary>
    public LossScale? LossScale { get; init; }

    /// <summary>
    /// How many updates in a row may be skipped because a gradient is not finite; one more throws. Null checks nothing (unless there is a
    /// loss scale), and such gradients reach the weights.
    /// </summary>
    public int? MostSkips { get; init; }

    /// <summary>Schedules, advanced after every update that changed the weights.</summary>
    public ScheduleSet? Schedules { get; init; }

    /// <summary>A running average of the weights, moved after every update.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>Which parameters are frozen, and until when.</summary>
    public FreezePlan? Freezing { get; init; }

    /// <summary>Hears once, after the first update, of trainable parameters that got no gradient; standard error by default.</summary>
    public Action<IReadOnlyList<string>>? OnUnused { get; init; }
}
