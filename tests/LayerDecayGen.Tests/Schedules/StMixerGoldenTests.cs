using LayerDecayGen.References;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>STMixer's schedulers under parity, jump and all. Its lr scales are stored and read by nobody, so the case's own rates are the
/// groups'.</summary>
[TestFixture, Category("Golden")]
public sealed class StMixerGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "stmixer");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => Run(golden), Throws.InstanceOf<ArgumentException>());
        else Run(golden);
    }

    private static void Run(GoldenCase golden)
    {
        var (json, k) = (golden.Json, golden.Json.GetProperty("kwargs"));
        var factor = k.NumberAt("warmup_factor") ?? 1.0 / 3;
        var method = (k.TextAt("warmup_method") ?? "linear") switch
        {
            "linear" => WarmupMethod.Linear,
            "constant" => WarmupMethod.Constant,
            var other => throw new ArgumentException($"Unknown warmup_method {other}."),
        };
        var schedule = json.TextAt("scheduler") switch
        {
            "WarmupMultiStepLR" => StMixerSchedule.WarmupMultiStep<Updates>(
                [.. k.Field("milestones").Numbers().Select(m => new Updates((long)m))], (k.IntegerAt("warmup_iters") ?? 500).Updates(),
                    k.NumberAt("gamma") ?? 0.1, factor, method),
            "HalfPeriodCosStepLR" => StMixerSchedule.HalfPeriodCosine(
                (k.IntegerAt("warmup_iters") ?? 8000).Updates(), (k.IntegerAt("max_iters") ?? 60000).Updates(), factor, method,
                    parity: true),
            var other => throw new NotSupportedException($"Unknown scheduler {other}."),
        };
        new ScheduleGolden(json).Agree(new TrainingRun(json.GetProperty("steps").GetInt64().Updates()), schedule);
    }
}
