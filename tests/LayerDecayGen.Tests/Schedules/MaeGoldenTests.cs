using LayerDecayGen.References;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

[TestFixture, Category("Golden")]
public sealed class MaeGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "mae_lr_sched");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError) Assert.That(() => Run(golden), Throws.InstanceOf<ArgumentException>());
        else Run(golden);
    }

    private static void Run(GoldenCase golden)
    {
        var json = golden.Json;
        var k = json.GetProperty("kwargs");
        var rate = k.GetProperty("lr").GetDouble();
        var schedule = MaeSchedule.Cosine(
            new Epochs(k.GetProperty("warmup_epochs").GetDouble()),
            new Epochs(k.GetProperty("epochs").GetDouble()),
            Level.Scaled(k.GetProperty("min_lr").GetDouble()),
            parity: true);
        var perEpoch = k.GetProperty("steps_per_epoch").GetInt64();
        var run = new TrainingRun(json.GetProperty("steps").GetInt64().Updates(), perEpoch);
        var epochs = json.Field("epochs").Numbers();
        Assert.That(epochs, Is.EqualTo(Enumerable.Range(0, epochs.Length).Select(t =>
            t % perEpoch / (double)perEpoch + t / perEpoch)));
        var scheduled = new ScheduleGolden(json);
        var groups = scheduled.ScaledGroups([.. json.Field("base_lrs").Numbers().Select(_ => rate)]);
        scheduled.AgreeAhead(groups, run, schedule);
        var returned = new ScheduleGolden(json)
        {
            Expected = [.. json.Field("returned").Numbers().Select((r, t) => new ScheduleGolden.Row(Hyperparameter.LearningRate, t, [r]))],
        };
        returned.AgreeAhead([new ScheduledGroup("unscaled", rate)], run, schedule);
    }
}
