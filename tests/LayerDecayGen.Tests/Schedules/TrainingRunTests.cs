using FsCheck;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>The account of a training against one that counts every batch.</summary>
[TestFixture]
public sealed class TrainingRunTests
{
    [Always(MaxTest = 500)]
    public void CountsAsALoopOverBatchesDoes(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var (perEpoch, accumulation, windows) = (random.Next(1, 14), random.Next(1, 9), (AccumulationWindows)random.Next(3));
        var (first, second) = (random.Next(1, 60), random.Next(60, 90));
        var extended = random.Next(2) == 0;
        var obvious = extended
            ? new ObviousRun(perEpoch, accumulation, windows, first, second)
            : new ObviousRun(perEpoch, accumulation, windows, second);
        if (new ObviousRun(perEpoch, accumulation, windows, first).Updates == 0) return;
        var run = extended
            ? new TrainingRun(new Epochs((double)first / perEpoch), perEpoch, accumulation, windows).ExtendedTo(new Epochs((double)second / perEpoch))
            : new TrainingRun(new Epochs((double)second / perEpoch), perEpoch, accumulation, windows);
        Agree(run, obvious, second);
    }

    [Always(MaxTest = 200)]
    public void ARunOfUpdatesEndsWithAFullWindowOrAnEpoch(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var (perEpoch, accumulation, windows) = (random.Next(1, 14), random.Next(1, 9), (AccumulationWindows)random.Next(3));
        var updates = random.Next(1, 30);
        var run = new TrainingRun(updates.Updates(), perEpoch, accumulation, windows);
        var obvious = new ObviousRun(perEpoch, accumulation, windows, 1000);
        Assert.That(run.Batches, Is.EqualTo(obvious.LastBatches[updates - 1] + 1));
        Agree(run, new ObviousRun(perEpoch, accumulation, windows, (int)run.Batches), (int)run.Batches);
    }

    [TestCase(0.07, 7)]
    [TestCase(0.29, 29)]
    [TestCase(0.57, 57)]
    [TestCase(1.15, 115)]
    [TestCase(4.35, 435)]
    public void RoundingErrorsOfEpochsMoveNothing(double epochs, long updates)
    {
        Assert.That(new TrainingRun(new Epochs(epochs), 100).Length, Is.EqualTo(updates.Updates()));
        Assert.That(new TrainingRun(10.Epochs(), 100).UpdateAt(new Epochs(epochs)), Is.EqualTo(updates));
    }

    [Test]
    public void TenBatchesByFourAreTwentyFiveUpdatesInTenEpochs()
    {
        var run = new TrainingRun(10.Epochs(), 10, 4);
        Assert.That(run.Length.Count, Is.EqualTo(25));
        Assert.That(new[] { 1, 3, 8, 10 }.Select(e => run.UpdateAt(e.Epochs())), Is.EqualTo(new[] { 3, 8, 20, 25 }));
        Assert.That(run.ToString(), Is.EqualTo("25 updates of 100 batches, 10 an epoch, 4 an update, AcrossEpochs"));
    }

    private static void Agree(TrainingRun run, ObviousRun obvious, int batches)
    {
        Assert.That((run.Length.Count, run.Batches), Is.EqualTo((obvious.Updates, batches)));
        for (var done = 0; done <= batches; done++)
            Assert.That(run.UpdatesAfter(done), Is.EqualTo(obvious.LastBatches.Count(b => b < done)), $"after {done} batches");
        for (var update = 0; update < obvious.Updates; update++)
        {
            var (first, last) = (obvious.FirstBatches[update], obvious.LastBatches[update]);
            Assert.That(run.EpochOf(update), Is.EqualTo(last / obvious.BatchesPerEpoch), $"epoch of update {update}");
            Assert.That(run.EpochsBefore(update), Is.EqualTo((double)first / obvious.BatchesPerEpoch).Within(1e-12));
            for (var batch = first; batch <= last; batch++) Assert.That(run.WindowLength(batch), Is.EqualTo(last - first + 1), $"batch {batch}");
        }

        for (var hundredths = 0; hundredths * obvious.BatchesPerEpoch <= 100 * batches; hundredths++)
            Assert.That(run.UpdateAt(new Epochs(hundredths / 100.0)), Is.EqualTo(obvious.UpdateAt(hundredths)), $"{hundredths} hundredths of an epoch");
    }
}
