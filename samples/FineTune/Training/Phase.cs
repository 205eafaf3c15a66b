using FineTune.Data;
using LayerDecayGen;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Training;

/// <summary>What one epoch of a phase came to.</summary>
internal readonly record struct EpochResult(string Phase, int Epoch, int Epochs, double Loss);

/// <summary>One phase of training: an optimizer, its schedules and a loss of (images, labels).</summary>
internal sealed class Phase(string name, optim.Optimizer optimizer, ScheduleSet schedules, nn.Module model, Func<Tensor, Tensor, Tensor> loss)
{
    /// <summary>Trains for some epochs over batches in an order fixed by the seed.</summary>
    public void Run(ImageSet images, int epochs, int batchSize, int seed, Action<EpochResult> report)
    {
        var random = new Random(seed);
        var order = Enumerable.Range(0, images.Count).ToArray();
        model.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(order);
            var sum = 0.0;
            foreach (var batch in order.Chunk(batchSize)) sum += Step(images, batch) * batch.Length;
            report(new EpochResult(name, epoch + 1, epochs, sum / images.Count));
        }
    }

    /// <summary>Updates in an epoch: the last, smaller batch is one too.</summary>
    public static Updates UpdatesPerEpoch(int images, int batchSize) => ((images + batchSize - 1) / batchSize).Updates();

    private double Step(ImageSet images, int[] batch)
    {
        using var scope = NewDisposeScope();
        var index = tensor(batch.Select(i => (long)i).ToArray(), device: images.Pixels.device);
        var value = loss(images.Pixels[index], images.Labels[index]);
        model.zero_grad();
        value.backward();
        optimizer.step();
        schedules.Step();
        return value.item<float>();
    }
}
