using LayerDecayGen.Training;

namespace LayerDecayGen.Tests.Checkpoints;

public sealed class DataOrderTests
{
    [Test]
    public void EveryEpochHasEverySampleOnceInAnotherOrder()
    {
        var order = new DataOrder(10, seed: 3);
        var epochs = Enumerable.Range(0, 3).Select(e =>
        {
            var batches = Enumerable.Range(0, 3).Select(_ => order.NextBatch(4)).ToList();
            Assert.That((batches.Select(b => b.Length).ToArray(), order.Epoch), Is.EqualTo((new[] { 4, 4, 2 }, (long)e)).Using<(int[] A, long B)>((a, b) => a.A.SequenceEqual(b.A) && a.B == b.B));
            return string.Join(' ', batches.SelectMany(b => b));
        }).ToList();
        foreach (var epoch in epochs) Assert.That(epoch.Split(' ').Select(int.Parse).Order(), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(epochs.Distinct().Count(), Is.EqualTo(3));
    }

    [Test]
    public void SeedsGiveTheirOwnOrders() => Assert.That(
        Enumerable.Range(0, 20).Select(s => string.Join(' ', new DataOrder(10, s).NextBatch(10))).Distinct().Count(), Is.EqualTo(20));
}
