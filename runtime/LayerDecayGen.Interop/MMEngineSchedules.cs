using System.Collections.Immutable;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Interop;

/// <summary>
/// mmengine's <c>param_scheduler</c> as schedules. An end that is not set is the end of the run, as <c>Runner.build_param_scheduler</c> sets it.
/// </summary>
internal static class MMEngineSchedules
{
    private static readonly string[] Common = ["type", "param_name", "begin", "end", "by_epoch", "convert_to_iter_based", "verbose", "last_step"];

    public static ImmutableArray<Schedule> Read(object? value, int accumulation)
    {
        if (value is null) return [];
        var list = value as List<object?> ?? [value];
        var schedules = ImmutableArray.CreateBuilder<Schedule>();
        for (var i = 0; i < list.Count; i++)
        {
            var one = ConfigValue.Map(list[i], $"param_scheduler[{i}]");
            MMEngineImport.RefuseDelete(one, $"param_scheduler[{i}]");
            var (kind, target) = KindOf(one, i);
            if (i > 0 && KindOf((ConfigMap)list[i - 1]!, i - 1) is ("OneCycle", var before) && before == target)
                throw new PlanException($"param_scheduler[{i}] follows OneCycle, which changes the base rates of what follows in mmengine: state it by hand.");
            schedules.Add(ReadOne(one, kind, i, accumulation) with { Target = target });
        }

        return schedules.ToImmutable();
    }

    /// <summary>Batches per update: <c>optim_wrapper.accumulative_counts</c>, 1 where it is not set.</summary>
    public static int AccumulationOf(ConfigMap wrapper)
    {
        var count = ConfigValue.OptionalNumber(wrapper, "accumulative_counts", "optim_wrapper") ?? 1;
        return count is >= 1 and <= int.MaxValue && count == Math.Floor(count)
            ? (int)count
            : throw new PlanException(FormattableString.Invariant($"optim_wrapper.accumulative_counts is {count}: it must be a whole number of at least 1."));
    }

    public static TrainingRun? Run(object? value, long? batchesPerEpoch, int accumulation)
    {
        if (value is null) return null;
        var map = ConfigValue.Map(value, "train_cfg");
        MMEngineImport.RefuseDelete(map, "train_cfg");
        var epochs = ConfigValue.OptionalNumber(map, "max_epochs", "train_cfg");
        var updates = ConfigValue.OptionalNumber(map, "max_iters", "train_cfg");
        if (epochs is null && updates is null) throw new PlanException("train_cfg has neither max_epochs nor max_iters.");
        var count = (epochs ?? updates)!.Value;
        if (!(count >= 1 && count <= 1e15 && count == Math.Floor(count)))
            throw new PlanException(FormattableString.Invariant($"train_cfg.{(epochs is null ? "max_iters" : "max_epochs")} is {count}: it must be a whole number of at least 1."));
        if (epochs is not null)
            return new TrainingRun(count.Epochs(), batchesPerEpoch ?? throw new PlanException("train_cfg counts epochs: give ToRun the batches per epoch of your data."), accumulation);
        // max_iters are batches. Without accumulation they are updates; with it, the last window may be cut short.
        if (accumulation == 1) return new TrainingRun(((long)count).Updates(), batchesPerEpoch);
        return batchesPerEpoch is { } batches
            ? new TrainingRun((count / batches).Epochs(), batches, accumulation)
            : new TrainingRun(1.Epochs(), (long)count, accumulation);
    }

    private static (string Kind, Hyperparameter Target) KindOf(ConfigMap one, int i)
    {
        var type = ConfigValue.Text(one["type"], $"param_scheduler[{i}].type");
        type = type[(type.LastIndexOf('.') + 1)..];
        foreach (var (suffix, name) in new[] { ("LR", "lr"), ("Momentum", "momentum"), ("WeightDecay", "weight_decay"), ("ParamScheduler", one["param_name"]) })
        {
            if (!type.EndsWith(suffix, StringComparison.Ordinal)) continue;
            return (type[..^suffix.Length], name switch
            {
                "lr" => Hyperparameter.LearningRate,
                "momentum" => Hyperparameter.Momentum,
                "weight_decay" => Hyperparameter.WeightDecay,
                _ => throw new PlanException($"param_scheduler[{i}].param_name is {ConfigValue.Kind(name)}: there are lr, momentum and weight_decay."),
            });
        }

        throw new PlanException($"param_scheduler[{i}].type '{PythonText.Shown(type)}' has no schedule here.");
    }

    private static Schedule ReadOne(ConfigMap one, string kind, int i, int accumulation)
    {
        var where = $"param_scheduler[{i}]";
        bool Is(string name, bool otherwise) => one[name] is { } flag ? ConfigValue.Flag(flag, $"{where}.{name}") : otherwise;
        var byEpoch = Is("by_epoch", true);
        var converts = Is("convert_to_iter_based", false);
        if (converts && !byEpoch) throw new PlanException($"{where} has convert_to_iter_based without by_epoch, which mmengine refuses.");
        if (accumulation > 1 && (!byEpoch || converts))
            throw new PlanException($"{where} steps every iteration, and accumulative_counts is {accumulation}: schedules here step every update. State it by epoch, or by hand.");
        if (one["last_step"] is not null and not -1.0) throw new PlanException($"{where}.last_step is not read: load the state of the schedules.");
        try
        {
            var schedule = byEpoch
                ? new MMEngineScheduler<Epochs>(one, kind, where, count => new Epochs(count)).Read(Common)
                : new MMEngineScheduler<Updates>(one, kind, where, count => new Updates((long)count)).Read(Common);
            return schedule with { Stepping = byEpoch && !converts ? Stepping.EveryEpoch : Stepping.EveryUpdate };
        }
        catch (ArgumentException e)
        {
            throw new PlanException($"{where} ({kind}): {e.Message}");
        }
    }
}
