using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>Checkpoints where they meet averages and float32 masters.</summary>
public sealed class MeetingCheckpointTests
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [TearDown]
    public void Delete() => File.Delete(_path);

    [Test]
    public void WeightsAreSavedAsWeightsWhileAveragesAreSwappedIn()
    {
        using var model = new TestModel();
        using var optimizer = new TestGroups(model).CreateSGD(0.1);
        using var average = new WeightAverage(model, 0.5);
        using (no_grad()) model.head.weight.fill_(3f);
        average.Update();
        var averaged = average.Averages["head.weight"].clone();
        var checkpoint = new Checkpoint(model, optimizer) { Average = average };
        using (average.Swap())
        {
            checkpoint.Save(_path);
            Assert.That(() => checkpoint.Load(_path), Throws.InvalidOperationException.With.Message.Contains("averages are in the model"));
        }

        using (no_grad()) model.head.weight.fill_(0f);
        checkpoint.Load(_path);
        Assert.That(model.head.weight.eq(3f).all().item<bool>(), "the weight");
        Assert.That(average.Averages["head.weight"].Equals(averaged), "its average");
    }

    [Test]
    public void MastersResumeBitByBit()
    {
        var ((straight, a), (stopped, b), (resumed, c)) = (Make(1), Make(1), Make(2));
        Train(straight, a, 6);
        Train(stopped, b, 3);
        new Checkpoint(stopped, b).Save(_path);
        new Checkpoint(resumed, c).Load(_path);
        Train(resumed, c, 3);
        foreach (var (x, y) in ((GroupOptimizer)a).Masters.SelectMany(m => m.Values).Zip(((GroupOptimizer)c).Masters.SelectMany(m => m.Values)))
            Assert.That(x.Equals(y));
        foreach (var (x, y) in straight.parameters().Zip(resumed.parameters())) Assert.That(x.Equals(y));
    }

    private static (TestModel Model, optim.Optimizer Optimizer) Make(int seed)
    {
        manual_seed(seed);
        var model = new TestModel();
        model.to(ScalarType.BFloat16);
        return (model, new TestGroups(model).CreateAdamW(1e-3));
    }

    private static void Train(TestModel model, optim.Optimizer optimizer, int updates)
    {
        var step = new TrainingStep(model, optimizer);
        for (var i = 0; i < updates; i++) step.Run(() => model.call(arange(5)).to(ScalarType.Float32).square().mean());
    }
}
