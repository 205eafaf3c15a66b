using System.Text.Json;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Reads one scheduler of an mmengine configuration as a schedule.</summary>
internal static class MmengineConfig
{
    // What mmengine takes for an end that nobody set.
    private const double Infinite = 1e9;

    /// <param name="type">The class.</param>
    /// <param name="kwargs">Its arguments.</param>
    /// <param name="convert">Iterations in an epoch, where epochs are converted to iterations.</param>
    public static Schedule Read(string type, JsonElement kwargs, long? convert)
    {
        var byEpoch = kwargs.FlagAt("by_epoch") ?? true;
        if (convert is not null && !byEpoch) throw new ArgumentException("Only epochs are converted.");
        // mmengine cuts converted ends to whole iterations (int(end * epoch_length)), where a window here ends at the first one at or after.
        double Cut(double epochs) => convert is { } length ? Math.Floor(epochs * length) / length : epochs;
        var schedule = byEpoch
            ? Read(type, kwargs, count => new Epochs(count), convert is { } iterations ? Infinite / iterations : Infinite, Cut)
            : Read(type, kwargs, count => new Updates((long)count), Infinite, count => count);
        return schedule with
        {
            Stepping = byEpoch && convert is null ? Stepping.EveryEpoch : Stepping.EveryUpdate,
            Target = type.EndsWith("Momentum", StringComparison.Ordinal) ? Hyperparameter.Momentum
                : type.EndsWith("WeightDecay", StringComparison.Ordinal) ? Hyperparameter.WeightDecay
                : Hyperparameter.LearningRate,
        };
    }

    private static Schedule Read<TUnit>(string type, JsonElement k, Func<double, TUnit> unit, double infinite, Func<double, double> cut)
        where TUnit : struct, IScheduleUnit
    {
        var from = unit(cut(k.NumberAt("begin") ?? 0));
        TUnit? to = unit(cut(k.NumberAt("end") ?? infinite));
        TUnit? Optional(string name) => k.NumberAt(name) is { } count and not 0 ? unit(count) : null;
        TUnit[] List(string name) => [.. k.Field(name).Numbers().Select(unit)];
        return Kind(type) switch
        {
            "Constant" => Constant(k.NumberAt("factor") ?? 1.0 / 3, from, to),
            "Linear" => Linear(k.NumberAt("start_factor") ?? 1.0 / 3, k.NumberAt("end_factor") ?? 1, from, to),
            "Exponential" => Exponential(k.NumberAt("gamma")!.Value, from, to),
            "Step" => Step(unit(k.NumberAt("step_size")!.Value), k.NumberAt("gamma") ?? 0.1, from, to),
            // mmengine counts milestones and asks for no order.
            "MultiStep" => MultiStep<TUnit>([.. k.Field("milestones").Numbers().Order().Select(unit)], k.NumberAt("gamma") ?? 0.1, from,
                to),
            "CosineAnnealing" => Cosine(from, to, Minimum(k), Optional("T_max")),
            "CosineRestart" => CosineRestarts(List("periods"), k.Field("restart_weights") is { } w ? ((JsonElement?)w).Numbers()
                : [1], RestartMinimum(k), from, to),
            "Poly" => Polynomial(k.NumberAt("power") ?? 1, from, to, Level.Absolute(k.NumberAt("eta_min") ?? 0)),
            "OneCycle" => OneCycle(EachOrAll(k, "eta_max") ?? Level.Zero, from, to, Cycle(k), TotalSteps(k, unit)),
            "QuadraticWarmup" => k.NumberAt("end") is { } end
                ? QuadraticWarmup(unit(cut(end) - cut(k.NumberAt("begin") ?? 0)), from)
                : throw new ArgumentException("QuadraticWarmup takes an end."),
            "ReduceOnPlateau" => Plateau(PlateauOf(k), from, to),
            _ => throw new NotSupportedException($"Unknown scheduler {type}."),
        };
    }

    private static string Kind(string type) =>
        new[] { "LR", "Momentum", "WeightDecay" }.Where(s => type.EndsWith(s, StringComparison.Ordinal)).Select(s =>
            type[..^s.Length]).FirstOrDefault() ?? type;

    private static Level Minimum(JsonElement k) =>
        k.NumberAt("eta_min") is null && k.NumberAt("eta_min_ratio") is null ? Level.Zero : RestartMinimum(k);

    private static Level RestartMinimum(JsonElement k) => (k.NumberAt("eta_min"), k.NumberAt("eta_min_ratio")) switch
    {
        ({ } value, null) => Level.Absolute(value),
        (null, { } ratio) => Level.Ratio(ratio),
        _ => throw new ArgumentException("Exactly one of eta_min and eta_min_ratio."),
    };

    public static Level? EachOrAll(JsonElement k, string name) => k.Field(name) switch
    {
        { ValueKind: JsonValueKind.Array } list => Level.PerGroup([.. ((JsonElement?)list).Numbers()]),
        { } value => Level.Absolute(value.GetDouble()),
        null => null,
    };

    public static OneCycleOptions Cycle(JsonElement k) => new()
    {
        RisingShare = k.NumberAt("pct_start") ?? 0.3,
        Anneal = (k.TextAt("anneal_strategy") ?? "cos") switch
        {
            "cos" => Anneal.Cosine,
            "linear" => Anneal.Linear,
            var other => throw new ArgumentException($"Unknown anneal_strategy {other}."),
        },
        DivisionFactor = k.NumberAt("div_factor") ?? 25,
        FinalDivisionFactor = k.NumberAt("final_div_factor") ?? 1e4,
        ThreePhases = k.FlagAt("three_phase") ?? false,
    };

    private static TUnit? TotalSteps<TUnit>(JsonElement k, Func<double, TUnit> unit) where TUnit : struct, IScheduleUnit =>
        k.NumberAt("total_steps") is { } steps ? unit(steps) : null;

    private static PlateauOptions PlateauOf(JsonElement k) => new()
    {
        Factor = k.NumberAt("factor") ?? 0.1,
        Patience = k.IntegerAt("patience") ?? 10,
        Mode = (k.TextAt("rule") ?? "less") switch
        {
            "less" => MetricMode.Min,
            "greater" => MetricMode.Max,
            var other => throw new ArgumentException($"Unknown rule {other}."),
        },
        Threshold = k.NumberAt("threshold") ?? 1e-4,
        ThresholdMode = (k.TextAt("threshold_rule") ?? "rel") switch
        {
            "rel" => ThresholdMode.Relative,
            "abs" => ThresholdMode.Absolute,
            var other => throw new ArgumentException($"Unknown threshold_rule {other}."),
        },
        Cooldown = k.IntegerAt("cooldown") ?? 0,
        Minimum = EachOrAll(k, "min_value") ?? Level.Zero,
        Epsilon = k.NumberAt("eps") ?? 1e-8,
        Monitor = k.TextAt("monitor") ?? "loss",
    };
}
