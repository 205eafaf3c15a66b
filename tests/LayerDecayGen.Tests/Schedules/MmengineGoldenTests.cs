using LayerDecayGen.Schedules;

namespace LayerDecayGen.Tests.Schedules;

[TestFixture, Category("Golden")]
public sealed class MmengineGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "mmengine_lr").Where(c => Covered((GoldenCase)c.Arguments[0]!));

    private static bool Covered(GoldenCase golden) => !golden.ExpectsError && !golden.Json.TryGetProperty("last_step", out _)
        && golden.Json.TextAt("scheduler") is ("LinearLR" or "CosineAnnealingLR");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        var json = golden.Json;
        var convert = json.FlagAt("convert_to_iter_based") ?? false;
        var schedule = MmengineConfig.Read(json.TextAt("scheduler")!, json.GetProperty("kwargs"), convert);
        var run = new TrainingRun(json.IntegerAt("steps")!.Value.Updates(), EpochLength.OfBatches(json.IntegerAt("epoch_length") ?? 1));
        ScheduleGoldens.Compare(ScheduleTable.Evaluate(ScheduleGoldens.Groups(json), run, schedule), json);
    }
}
