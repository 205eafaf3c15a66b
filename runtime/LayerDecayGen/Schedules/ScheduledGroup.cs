using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>A parameter group as schedules see it: its name and the values it starts from.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="LearningRate">The base learning rate, its scale already in it.</param>
public sealed record ScheduledGroup(string Name, double LearningRate)
{
    /// <summary>The layer, where known.</summary>
    public int? Layer { get; init; }

    /// <summary>The factor in <see cref="LearningRate"/>. Null: the share of the largest base rate among the groups.</summary>
    public double? LearningRateScale { get; init; }

    /// <summary>The rate in use when schedules take over a run they did not begin; null where it is the base rate.</summary>
    public double? PresentLearningRate { get; init; }

    /// <summary>Base momentum or first beta; null where the optimizer has neither.</summary>
    public double? Momentum { get; init; }

    /// <summary>Base weight decay; null where the optimizer has none.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The groups of a model under a base rate, to look at schedules before there is an optimizer.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="baseLearningRate">The rate at scale 1.</param>
    /// <param name="weightDecay">The optimizer's own weight decay, for groups that state none.</param>
    public static IReadOnlyList<ScheduledGroup> From(IEnumerable<ParameterGroup> groups, double baseLearningRate, double weightDecay = 0)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return
        [
            .. groups.Select(g => new ScheduledGroup(g.Name, g.LearningRate(baseLearningRate))
            {
                Layer = g.Layer,
                LearningRateScale = g.LearningRateScale,
                WeightDecay = g.WeightDecay ?? weightDecay,
            }),
        ];
    }

    /// <summary>The base value of a hyper-parameter; null where the group has none.</summary>
    /// <param name="target">Which.</param>
    public double? Base(Hyperparameter target) => target switch
    {
        Hyperparameter.LearningRate => LearningRate,
        Hyperparameter.Momentum => Momentum,
        Hyperparameter.WeightDecay => WeightDecay,
        _ => throw new ArgumentOutOfRangeException(nameof(target), target, "Unknown hyper-parameter."),
    };

    internal double ScaleAmong(IReadOnlyList<ScheduledGroup> groups)
    {
        if (LearningRateScale is { } stated) return stated;
        var largest = groups.Max(g => g.LearningRate);
        return largest > 0 ? LearningRate / largest : 1;
    }

    // A group that joins a run takes the run's measure and leaves the scales of the others as they are.
    internal double ScaleBeside(IReadOnlyList<ScheduledGroup> known)
    {
        var whole = known.Where(g => g.LearningRateScale > 0).Select(g => g.LearningRate / g.LearningRateScale!.Value).FirstOrDefault();
        return LearningRateScale ?? (whole > 0 ? LearningRate / whole : 1);
    }

    internal static ScheduledGroup From(ILearningRateController group, int index, ParameterGroup? named) =>
        new(named?.Name ?? FormattableString.Invariant($"group {index}"), group.InitialLearningRate)
        {
            Layer = named?.Layer,
            LearningRateScale = named?.LearningRateScale,
            Momentum = OptimizerGroup.Momentum(group),
            WeightDecay = OptimizerGroup.WeightDecay(group),
        };
}
