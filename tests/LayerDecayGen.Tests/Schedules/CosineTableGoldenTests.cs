using System.Text.Json;
using LayerDecayGen.References;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>The table of BEiT, VideoMAE and VideoMAEv2: the values themselves, and the rates and decays that their loops write from
/// them.</summary>
[TestFixture, Category("Golden")]
public sealed class CosineTableGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "videomae_beit_cosine_scheduler");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => Table(golden.Json.GetProperty("kwargs"), Level.Absolute),
            Throws.InstanceOf<ArgumentException>());
        else Run(golden.Json);
    }

    private static void Run(JsonElement json)
    {
        var k = json.GetProperty("kwargs");
        var value = k.GetProperty("base_value").GetDouble();
        var run = new TrainingRun(json.GetProperty("steps").GetInt64().Updates());
        var table = new ScheduleGolden(json)
        {
            Expected = [.. json.Field("values").Numbers().Select((v, t) => new ScheduleGolden.Row(Hyperparameter.LearningRate, t, [v]))],
        };
        table.AgreeAhead([new ScheduledGroup("value", value)], run, Table(k, Level.Absolute));
        var golden = new ScheduleGolden(json);
        if (golden.Scales is { } scales) golden.AgreeAhead(golden.ScaledGroups([.. scales.Select(_ => value)]), run,
            Table(k, Level.Scaled));
        if (json.Field("group_weight_decays") is not { } decays) return;
        var groups = ((JsonElement?)decays).Numbers().Select((d, g) =>
            new ScheduledGroup($"group {g}", 1) { WeightDecay = d > 0 ? value : 0 });
        golden.AgreeAhead([.. groups], run, Table(k, Level.Absolute) with { Target = Hyperparameter.WeightDecay });
    }

    private static Schedule Table(JsonElement k, Func<double, Level> level)
    {
        var perEpoch = k.GetProperty("niter_per_ep").GetInt64();
        var (warmupEpochs, warmupSteps) = (k.NumberAt("warmup_epochs") ?? 0, k.IntegerAt("warmup_steps") ?? -1);
        if (warmupSteps > 0 && warmupEpochs == 0) throw new ArgumentException("A warm-up in steps takes one in epochs there.");
        return BeitSchedule.CosineTable(
            new Updates((long)(k.GetProperty("epochs").GetDouble() * perEpoch)),
            level(k.GetProperty("final_value").GetDouble()),
            warmupSteps > 0 ? warmupSteps.Updates() : new Updates((long)(warmupEpochs * perEpoch)),
            level(k.NumberAt("start_warmup_value") ?? 0));
    }
}
