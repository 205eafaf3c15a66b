using Microsoft.Extensions.Logging;

namespace LayerDecayGen.Training;

/// <summary>
/// What a training step does beside backward and step. The names of MMAction2's <c>OptimWrapper</c> are mapped in docs/coming-from-python.md.
/// </summary>
public sealed record TrainingStepOptions
{
    /// <summary>
    /// The training: its length, and how many backward passes make an update. Null takes that of <see cref="Schedules"/> or
    /// <see cref="Freezing"/>; without any, every backward pass makes an update and there is no end.
    /// </summary>
    public TrainingRun? Run { get; init; }

    /// <summary>How gradients are cut down; null leaves them.</summary>
    public Clipping? Clipping { get; init; }

    /// <summary>
    /// The factor on losses for half precision; null for none. Updates with gradients that are not finite are then skipped.
    /// </summary>
    public LossScale? LossScale { get; init; }

    /// <summary>
    /// How many updates in a row may be skipped because a gradient is not finite, 0 or more; one more throws. Null checks nothing without
    /// a loss scale, and such gradients reach the weights; with a loss scale it allows 50 beyond the least scale.
    /// </summary>
    public int? MaxConsecutiveSkips { get; init; }

    /// <summary>Schedules, advanced after every update that changed the weights.</summary>
    public ScheduleSet? Schedules { get; init; }

    /// <summary>A running average of the weights, moved after every update.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>Which parameters are frozen, and until when.</summary>
    public FreezePlan? Freezing { get; init; }

    /// <summary>
    /// Whether normalisation layers whose parameters are frozen go on moving their running statistics in training mode, as PyTorch has it.
    /// By default they are evaluated in <c>eval</c> mode while frozen, whatever <c>model.train()</c> does (mmengine and MMAction2
    /// <c>frozen_stages</c>, detectron2 <c>FrozenBatchNorm2d</c>).
    /// </summary>
    public bool FrozenStatisticsMove { get; init; }

    /// <summary>Rates, norms and ratios per group at chosen updates; null for none.</summary>
    public Measurements? Measurements { get; init; }

    /// <summary>Receives warnings; standard error where there is none.</summary>
    public ILogger? Logger { get; init; }
}
