using System.Text.Json;
using LayerDecayGen.References;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Reads a case of timm as a schedule, with timm's own defaults.</summary>
internal static class TimmConfig
{
    public static Schedule Read(JsonElement json, bool parity)
    {
        var (type, k) = (json.TextAt("scheduler")!, json.GetProperty("kwargs"));
        Func<double, Level> level = json.Field("lr_scales") is null ? Level.Absolute : Level.Scaled;
        var options = new TimmOptions
        {
            WarmupStart = level(k.NumberAt("warmup_lr_init") ?? 0),
            WarmupFirst = k.FlagAt("warmup_prefix") ?? type is "StepLRScheduler" or "MultiStepLRScheduler",
            Noise = Noise(k),
            Parity = parity,
        };
        var warmup = Time(k.NumberAt("warmup_t") ?? 0);
        Epochs Length() => Time(k.GetProperty("t_initial").GetDouble());
        return type switch
        {
            "CosineLRScheduler" => TimmSchedule.Cosine(Length(), warmup, Cycles(k, level), options, k.NumberAt("k_decay") ?? 1),
            "TanhLRScheduler" => TimmSchedule.Tanh(Length(), k.NumberAt("lb") ?? -7, k.NumberAt("ub") ?? 3, warmup, Cycles(k, level),
                options),
            "PolyLRScheduler" => TimmSchedule.Polynomial(Length(), k.NumberAt("power") ?? 0.5, warmup, Cycles(k, level), options,
                k.NumberAt("k_decay") ?? 1),
            "StepLRScheduler" => TimmSchedule.Step(Time(k.GetProperty("decay_t").GetDouble()), k.NumberAt("decay_rate") ?? 1, warmup,
                options),
            "MultiStepLRScheduler" => TimmSchedule.MultiStep<Epochs>(Milestones(k, parity), k.NumberAt("decay_rate") ?? 1, warmup, options),
            "PlateauLRScheduler" => TimmSchedule.Plateau(Plateau(k), warmup, options),
            _ => throw new NotSupportedException($"Unknown scheduler {type}."),
        };
    }

    // A step here is timm's t, whichever it counts; epochs may be fractional.
    private static Epochs Time(double count) => new(count);

    // Without parity milestones are met at their step, not one early: the same as parity's on a list that is one early.
    private static Epochs[] Milestones(JsonElement k, bool parity) =>
        [.. k.Field("decay_t").Numbers().Select(m => Time(parity ? m : Math.Max(m - 1, 0)))];

    private static TimmCycles Cycles(JsonElement k, Func<double, Level> level) => new()
    {
        Minimum = level(k.NumberAt("lr_min") ?? 0),
        Multiplier = k.NumberAt("cycle_mul") ?? 1,
        Decay = k.NumberAt("cycle_decay") ?? 1,
        Limit = k.IntegerAt("cycle_limit") ?? 1,
    };

    private static PlateauOptions Plateau(JsonElement k) => new()
    {
        Factor = k.NumberAt("decay_rate") ?? 0.1,
        Patience = k.IntegerAt("patience_t") ?? 10,
        Threshold = k.NumberAt("threshold") ?? 1e-4,
        Cooldown = k.IntegerAt("cooldown_t") ?? 0,
        Minimum = Level.Absolute(k.NumberAt("lr_min") ?? 0),
        Mode = (k.TextAt("mode") ?? "max") switch
        {
            "min" => MetricMode.Min,
            "max" => MetricMode.Max,
            var other => throw new ArgumentException($"Unknown mode {other}."),
        },
    };

    private static TimmNoise? Noise(JsonElement k)
    {
        if (k.Field("noise_range_t") is not { } range) return null;
        var seeded = range.ValueKind == JsonValueKind.Array
            ? new TimmNoise(range[0].GetDouble(), range[1].GetDouble())
            : new TimmNoise(range.GetDouble());
        return seeded with
        {
            Limit = k.NumberAt("noise_pct") ?? 0.67,
            Seed = k.IntegerAt("noise_seed") ?? 42,
            Uniform = (k.TextAt("noise_type") ?? "normal") != "normal",
        };
    }
}
