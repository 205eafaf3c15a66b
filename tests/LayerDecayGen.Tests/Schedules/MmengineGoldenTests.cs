using System.Text.Json;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>mmengine's schedulers alone and as its runner builds and steps them; mmdetection's and mmpretrain's own.</summary>
[TestFixture, Category("Golden")]
public sealed class MmengineGoldenTests
{
    private static IEnumerable<TestCaseData> Single => Golden.Cases("schedulers", "mmengine_lr", "mmengine_momentum", "openmmlab_extra");

    private static IEnumerable<TestCaseData> Chained => Golden.Cases("schedulers", "mmengine_chained");

    [TestCaseSource(nameof(Single))]
    public void AgreesAlone(GoldenCase golden)
    {
        var json = golden.Json;
        if (golden.ExpectsError) Assert.That(() => Alone(json), Throws.InstanceOf<ArgumentException>());
        else Alone(json);
    }

    [TestCaseSource(nameof(Chained))]
    public void AgreesInARunner(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => InRunner(golden.Json), Throws.InstanceOf<ArgumentException>());
        else InRunner(golden.Json);
    }

    private static void Alone(JsonElement json)
    {
        long? convert = json.FlagAt("convert_to_iter_based") ?? false ? json.GetProperty("epoch_length").GetInt64() : null;
        var schedule = MmengineConfig.Read(json.TextAt("scheduler")!, json.GetProperty("kwargs"), convert);
        if (json.IntegerAt("last_step") is { } last) schedule = schedule with { StepsTaken = last + 1 };
        var steps = json.GetProperty("steps").GetInt64();
        var run = new TrainingRun(steps.Updates(), convert ?? 1);
        new ScheduleGolden(json).Agree(run, schedule);
    }

    // The runner fills in the end of the run where a configuration gives none.
    private static void InRunner(JsonElement json)
    {
        var (length, epochs) = (json.GetProperty("epoch_length").GetInt64(), json.GetProperty("max_epochs").GetInt64());
        var schedules = json.GetProperty("schedulers").EnumerateArray().Select(config =>
        {
            var fields = config.EnumerateObject().ToDictionary(f => f.Name, f => f.Value);
            var end = config.FlagAt("by_epoch") ?? true ? epochs : epochs * length;
            fields.TryAdd("end", JsonSerializer.SerializeToElement(end));
            return MmengineConfig.Read(config.TextAt("type")!, JsonSerializer.SerializeToElement(fields),
                config.FlagAt("convert_to_iter_based") ?? false ? length : null);
        });
        new ScheduleGolden(json).Agree(new TrainingRun(json.GetProperty("steps").GetInt64().Updates(), length),
            [.. schedules]);
        BaseSetting(json, length, [.. schedules]);
    }

    // mmengine schedules one more group, of the optimizer's own rate, when there are several.
    private static void BaseSetting(JsonElement json, long length, Schedule[] schedules)
    {
        if (json.Field("base_setting_lr") is not { } rates) return;
        var golden = new ScheduleGolden(json)
        {
            Expected = [.. rates.EnumerateArray().Select((r, t) =>
            new ScheduleGolden.Row(Hyperparameter.LearningRate, t, [r.GetDouble()]))]
        };
        var group = new ScheduledGroup("base setting", json.GetProperty("optimizer_default_lr").GetDouble()) { Momentum = 0.9 };
        golden.AgreeAhead([group], new TrainingRun(json.GetProperty("steps").GetInt64().Updates(), length),
            schedules);
    }
}
