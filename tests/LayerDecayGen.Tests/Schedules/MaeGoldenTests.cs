using LayerDecayGen.Schedules;
using static LayerDecayGen.Schedules.Schedule;

namespace LayerDecayGen.Tests.Schedules;

[TestFixture, Category("Golden")]
public sealed class MaeGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "mae_lr_sched");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        var json = golden.Json;
        var k = json.GetProperty("kwargs");
        var rate = k.GetProperty("lr").GetDouble();
        var scales = json.GetProperty("lr_scales").EnumerateArray().Select(s => s.ValueKind == System.Text.Json.JsonValueKind.Null ? 1 : s.GetDouble());
        ScheduledGroup[] groups = [.. scales.Select((s, g) => new ScheduledGroup($"group {g}", rate * s) { LearningRateScale = s }), new("unscaled", rate)];
        var run = new TrainingRun(json.IntegerAt("steps")!.Value.Updates(), EpochLength.OfBatches(k.GetProperty("steps_per_epoch").GetInt64()));
        var schedule = MaeCosine(
            new Epochs(k.GetProperty("warmup_epochs").GetDouble()), new Epochs(k.GetProperty("epochs").GetDouble()), Level.Scaled(k.GetProperty("min_lr").GetDouble()));
        var table = ScheduleTable.Evaluate(groups, run, schedule);
        var returned = json.GetProperty("returned").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        var row = 0;
        foreach (var expected in json.GetProperty("lr").EnumerateArray())
        {
            double[] all = [.. ((System.Text.Json.JsonElement?)expected).Numbers(), returned[row]];
            Assert.That(table.Row(Hyperparameter.LearningRate, row).ToArray(), Is.EqualTo(all).Using<double>(ScheduleGoldens.Close), $"step {row}");
            row++;
        }
    }
}
