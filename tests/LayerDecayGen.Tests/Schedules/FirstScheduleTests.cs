using TorchSharp;
using TorchSharp.Modules;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Schedules;

[TestFixture]
public sealed class FirstScheduleTests
{
    [Test]
    public void DrivesAnyOptimizerAsEvaluatedAhead()
    {
        using var optimizer = Optimizer(1e-3, 2e-4);
        var run = new TrainingRun(10.Epochs(), batchesPerEpoch: 7);
        Schedule[] schedules = [LinearWarmup(2.Epochs()), Cosine(from: 2.Epochs(), to: 10.Epochs(), minimum: Level.Ratio(0.01))];
        var table = ScheduleTable.Evaluate([new("a", 1e-3), new("b", 2e-4)], run, schedules);
        var set = new ScheduleSet(optimizer, run, schedules);
        for (var update = 0; update < 70; update++, set.Step())
        {
            Assert.That(set.Update, Is.EqualTo(update));
            Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate),
                Is.EqualTo(table.Row(Hyperparameter.LearningRate, update).ToArray()));
        }
    }

    [Test]
    public void WarmUpReachesTheBaseRateAtItsLastUpdateAndScalesHold()
    {
        var table = ScheduleTable.Evaluate(
            [new("a", 1e-3), new("b", 2.5e-4)], new TrainingRun(20.Updates()), LinearWarmup(5.Updates()), Cosine(from: 5.Updates()));
        Assert.That(table.Row(Hyperparameter.LearningRate, 4).ToArray(), Is.EqualTo([1e-3, 2.5e-4]).Within(1e-12).Percent);
        for (var update = 0; update < 20; update++)
        {
            var row = table.Row(Hyperparameter.LearningRate, update);
            Assert.That(row[1] / row[0], Is.EqualTo(0.25).Within(1e-12));
        }
    }

    private static optim.Optimizer Optimizer(params double[] rates) => optim.AdamW(
        rates.Select(rate => new AdamW.ParamGroup([new Parameter(zeros(2))], new AdamW.Options { LearningRate = rate })));
}
