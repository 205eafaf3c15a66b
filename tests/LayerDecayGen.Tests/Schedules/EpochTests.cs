using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Epochs and updates: conversion through the epoch length alone, also where accumulation makes it fractional.</summary>
[TestFixture]
public sealed class EpochTests
{
    // The loop of a training with accumulation: an update after every so many batches, epoch-based schedules after the last batch of an epoch.
    [TestCase(10, 1)]
    [TestCase(10, 4)]
    [TestCase(7, 3)]
    [TestCase(3, 5)]
    [TestCase(1, 4)]
    public void AccumulationChangesUpdatesAndNotEpochs(int batches, int accumulation)
    {
        const int epochs = 12;
        var updates = epochs * batches / accumulation;
        var table = ScheduleTable.Evaluate(
            [new("a", 1)],
            new TrainingRun(updates.Updates(), batches, accumulation),
            Lambda((epoch, _) => 1 + epoch, 0.Epochs()) with { Stepping = Stepping.EveryEpoch });
        for (var (batch, update) = (0, 0); update < updates; batch++)
        {
            if ((batch + 1) % accumulation != 0) continue;
            Assert.That(table.Row(Hyperparameter.LearningRate, update)[0], Is.EqualTo(1 + batch / batches), $"update {update}");
            update++;
        }
    }

    [Test]
    public void AWindowEndsAtTheFirstUpdateAtOrAfterItsEnd()
    {
        var table = ScheduleTable.Evaluate([new("a", 1)], new TrainingRun(10.Epochs(), 9), Constant(0.5, 0.Epochs(), to: 2.5.Epochs()));
        Assert.That(table.Row(Hyperparameter.LearningRate, 21)[0], Is.EqualTo(0.5));
        Assert.That(table.Row(Hyperparameter.LearningRate, 22)[0], Is.EqualTo(1));
    }

    [TestCase(1, 89)]
    [TestCase(4, 23)]
    public void ARunOfEpochsHasItsWholeUpdates(int accumulation, long updates) =>
        Assert.That(new TrainingRun(8.9.Epochs(), 10, accumulation).Length, Is.EqualTo(updates.Updates()));

    [Test]
    public void ASequenceBeginsEachPartAtTheBaseValue()
    {
        var table = ScheduleTable.Evaluate(
            [new("a", 1)],
            new TrainingRun(9.Updates()),
            Sequence([3.Updates(), 6.Updates()], Exponential(0.5, 0.Updates()), Step(2.Updates(), 0.1), Linear(0.5, 1, 0.Updates(), 3.Updates())));
        double[] expected = [1, 0.5, 0.25, 1, 1, 0.1, 0.5, 0.75, 1];
        for (var update = 0; update < 9; update++)
            Assert.That(table.Row(Hyperparameter.LearningRate, update)[0], Is.EqualTo(expected[update]).Within(1e-12));
    }

    [TestCase(DecayShape.Linear, 0.55)]
    [TestCase(DecayShape.Cosine, 0.55)]
    [TestCase(DecayShape.SquareRoot, 1 - 0.9 * 0.70710678118654752)]
    [TestCase(DecayShape.Exponential, 0.31622776601683794)]
    public void WarmupStableDecayDecaysInItsShape(DecayShape shape, double half)
    {
        var table = ScheduleTable.Evaluate(
            [new("a", 1)],
            new TrainingRun(100.Updates()),
            WarmupStableDecay(11.Updates(), 60.Updates(), 100.Updates(), shape, Level.Ratio(0.1), startFactor: 0.5));
        double At(long update) => table.Row(Hyperparameter.LearningRate, update)[0];
        Assert.That(At(0), Is.EqualTo(0.5));
        Assert.That(At(5), Is.EqualTo(0.75).Within(1e-12));
        Assert.That(Enumerable.Range(10, 51).Select(u => At(u)), Is.All.EqualTo(1));
        Assert.That(At(80), Is.EqualTo(half).Within(1e-12));
        Assert.That(At(99), Is.LessThan(At(98)).And.GreaterThan(0.1));
    }
}
