using System.Text.Json;
using LayerDecayGen.Schedules;
using static LayerDecayGen.Schedules.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Reads one scheduler of an mmengine configuration as a schedule.</summary>
internal static class MmengineConfig
{
    // What mmengine takes for an end that nobody set.
    private const double Infinite = 1e9;

    public static Schedule Read(string type, JsonElement kwargs, bool convert)
    {
        var schedule = kwargs.FlagAt("by_epoch") ?? true
            ? Read(type, kwargs, count => new Epochs(count))
            : Read(type, kwargs, count => new Updates((long)count));
        var everyEpoch = (kwargs.FlagAt("by_epoch") ?? true) && !convert;
        return schedule with
        {
            Stepping = everyEpoch ? Stepping.EveryEpoch : Stepping.EveryUpdate,
            Target = type.EndsWith("Momentum", StringComparison.Ordinal) ? Hyperparameter.Momentum
                : type.EndsWith("WeightDecay", StringComparison.Ordinal) ? Hyperparameter.WeightDecay
                : Hyperparameter.LearningRate,
        };
    }

    private static Schedule Read<TUnit>(string type, JsonElement k, Func<double, TUnit> unit) where TUnit : struct, IScheduleUnit
    {
        var from = unit(k.NumberAt("begin") ?? 0);
        TUnit? to = unit(k.NumberAt("end") ?? Infinite);
        TUnit? Optional(string name) => k.NumberAt(name) is { } count ? unit(count) : null;
        return type.Replace("Momentum", "").Replace("WeightDecay", "").Replace("LR", "") switch
        {
            "Linear" => Linear(k.NumberAt("start_factor") ?? 1.0 / 3, k.NumberAt("end_factor") ?? 1, from, to),
            "CosineAnnealing" => Cosine(from, to, Minimum(k), Optional("T_max")),
            _ => throw new NotSupportedException($"Unknown scheduler {type}."),
        };
    }

    private static Level Minimum(JsonElement k) => (k.NumberAt("eta_min"), k.NumberAt("eta_min_ratio")) switch
    {
        ({ } value, null) => Level.Absolute(value),
        (null, { } ratio) => Level.Ratio(ratio),
        (null, null) => Level.Zero,
        _ => throw new ArgumentException("Either eta_min or eta_min_ratio."),
    };
}
