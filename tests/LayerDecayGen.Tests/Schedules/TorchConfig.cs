using System.Text.Json;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Reads a scheduler of torch as schedules; what cycles momentum too is two of them.</summary>
internal static class TorchConfig
{
    public static Schedule[] Read(JsonElement json, string optimizer)
    {
        var (type, k) = (json.TextAt("scheduler")!, json.GetProperty("kwargs"));
        return type switch
        {
            "SequentialLR" => Sequence<Updates>([.. k.Field("milestones").Numbers().Select(Time)],
                [.. Parts(json, optimizer).Select(Only)]),
            "ChainedScheduler" => [.. Parts(json, optimizer).SelectMany(p => p)],
            "OneCycleLR" => OneCycleOf(k),
            "CyclicLR" => CyclicOf(k, optimizer),
            _ => [Single(type, k)],
        };
    }

    private static IEnumerable<Schedule[]> Parts(JsonElement json, string optimizer) =>
        json.GetProperty("parts").EnumerateArray().Select(p => Read(p, optimizer));

    private static Schedule Only(Schedule[] part) =>
        part.Length == 1 ? part[0] : throw new NotSupportedException("A part that is several schedules at once.");

    private static Schedule Single(string type, JsonElement k) => type switch
    {
        "ConstantLR" => Constant<Updates>(k.NumberAt("factor") ?? 1.0 / 3, default, After(k, 5)),
        "LinearLR" => Linear<Updates>(k.NumberAt("start_factor") ?? 1.0 / 3, k.NumberAt("end_factor") ?? 1, default, After(k, 5)),
        "ExponentialLR" => Exponential<Updates>(k.NumberAt("gamma")!.Value, default),
        "StepLR" => Step(Time(k.NumberAt("step_size")!.Value), k.NumberAt("gamma") ?? 0.1),
        // torch counts milestones and asks for no order.
        "MultiStepLR" => MultiStep<Updates>([.. k.Field("milestones").Numbers().Order().Select(Time)], k.NumberAt("gamma") ?? 0.1),
        "CosineAnnealingLR" => Cosine<Updates>(default, null, Level.Absolute(k.NumberAt("eta_min") ?? 0), Time(k.NumberAt("T_max")!.Value)),
        "CosineAnnealingWarmRestarts" => WarmRestarts(Time(k.NumberAt("T_0")!.Value), k.NumberAt("T_mult") ?? 1,
            Level.Absolute(k.NumberAt("eta_min") ?? 0)),
        "PolynomialLR" => TorchPolynomial(Time(k.NumberAt("total_iters") ?? 5), k.NumberAt("power") ?? 1),
        "ReduceLROnPlateau" => Plateau<Updates>(PlateauOf(k), default),
        _ => throw new NotSupportedException($"Unknown scheduler {type}."),
    };

    // torch reaches the end at total_iters, a window of ours at its last step.
    private static Updates After(JsonElement k, int total) => Time((k.NumberAt("total_iters") ?? total) + 1);

    private static Updates Time(double count) => new((long)count);

    private static Schedule[] OneCycleOf(JsonElement k)
    {
        var cycle = MmengineConfig.Cycle(k);
        Updates? total = Time(k.NumberAt("total_steps") ?? k.NumberAt("epochs")!.Value * k.NumberAt("steps_per_epoch")!.Value);
        var rate = OneCycle<Updates>(MmengineConfig.EachOrAll(k, "max_lr")!.Value, default, null, cycle, total);
        if (k.FlagAt("cycle_momentum") == false) return [rate];
        var (low, high) = (MmengineConfig.EachOrAll(k, "base_momentum") ?? Level.Absolute(0.85),
            MmengineConfig.EachOrAll(k, "max_momentum") ?? Level.Absolute(0.95));
        return [rate, OneCycleMomentum<Updates>(low, high, default, null, cycle, total)];
    }

    private static Schedule[] CyclicOf(JsonElement k, string optimizer)
    {
        var (up, gamma) = (Time(k.NumberAt("step_size_up") ?? 2000), k.NumberAt("gamma") ?? 1);
        Updates? down = k.NumberAt("step_size_down") is { } given ? Time(given) : null;
        var mode = (k.TextAt("mode") ?? "triangular") switch
        {
            "triangular" => CyclicMode.Triangular,
            "triangular2" => CyclicMode.Triangular2,
            "exp_range" => CyclicMode.ExponentialRange,
            var other => throw new ArgumentException($"Unknown mode {other}."),
        };
        var rate = Cyclic(MmengineConfig.EachOrAll(k, "base_lr")!.Value, MmengineConfig.EachOrAll(k, "max_lr")!.Value, up, down, mode,
            gamma);
        if (k.FlagAt("cycle_momentum") == false) return [rate];
        // torch 1.13 cycles SGD's momentum alone; so the reference refuses here, ours drives beta1.
        if (optimizer != "SGD") throw new ArgumentException("torch 1.13's CyclicLR takes an optimizer with momentum.");
        var (low, high) = (MmengineConfig.EachOrAll(k, "base_momentum") ?? Level.Absolute(0.8),
            MmengineConfig.EachOrAll(k, "max_momentum") ?? Level.Absolute(0.9));
        return [rate, CyclicMomentum(low, high, up, down, mode, gamma)];
    }

    private static PlateauOptions PlateauOf(JsonElement k) => new()
    {
        Factor = k.NumberAt("factor") ?? 0.1,
        Patience = k.IntegerAt("patience") ?? 10,
        Mode = (k.TextAt("mode") ?? "min") switch
        {
            "min" => MetricMode.Min,
            "max" => MetricMode.Max,
            var other => throw new ArgumentException($"Unknown mode {other}."),
        },
        Threshold = k.NumberAt("threshold") ?? 1e-4,
        ThresholdMode = (k.TextAt("threshold_mode") ?? "rel") switch
        {
            "rel" => ThresholdMode.Relative,
            "abs" => ThresholdMode.Absolute,
            var other => throw new ArgumentException($"Unknown threshold_mode {other}."),
        },
        Cooldown = k.IntegerAt("cooldown") ?? 0,
        Minimum = MmengineConfig.EachOrAll(k, "min_lr") ?? Level.Zero,
        Epsilon = k.NumberAt("eps") ?? 1e-8,
    };
}
