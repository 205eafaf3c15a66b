using Digits.Data;
using LayerDecayGen;
using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Digits.Training;

/// <summary>What one epoch of a phase came to.</summary>
internal readonly record struct EpochResult(string Phase, int Epoch, int Epochs, double Loss);

/// <summary>One phase of training: an optimizer, its schedules and a loss of (images, labels).</summary>
internal sealed class Phase(string name, optim.Optimizer optimizer, ScheduleSet schedules, nn.Module model, Func<Tensor, Tensor, Tensor> loss)
{
    /// <summary>Trains for some epochs over batches in an order fixed by the seed.</summary>
    public void Run(ImageSet images, int epochs, int batchSize, int seed, Action<EpochResult> report)
    {
        var step = new TrainingStep(model, optimizer, new() { Schedules = schedules });
        var order = new DataOrder(images.Count, seed);
        model.train();
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var sum = 0.0;
            do
            {
                var batch = order.NextBatch(batchSize);
                sum += Step(step, images, [.. batch.Select(i => (long)i)]) * batch.Length;
            }
            while (order.Position < images.Count);
            report(new EpochResult(name, epoch + 1, epochs, sum / images.Count));
        }
    }

    /// <summary>Updates in an epoch: the last, smaller batch is one too.</summary>
    public static Updates UpdatesPerEpoch(int images, int batchSize) => ((images + batchSize - 1) / batchSize).Updates();

    private double Step(TrainingStep step, ImageSet images, long[] batch)
    {
        using var scope = NewDisposeScope();
        var index = tensor(batch, device: images.Pixels.device);
        var value = loss(images.Pixels[index], images.Labels[index]);
        step.Run(value);
        return value.item<float>();
    }
}
