using Digits.Data;
using Digits.Models;
using Digits.Reporting;
using LayerDecayGen;
using TorchSharp;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace Digits.Training;

/// <summary>What the person asked for.</summary>
internal sealed record JobOptions(string Data, int Labelled, double LayerDecay, int PretrainEpochs, int Epochs, Device Device, int Seed, string Out);

/// <summary>What a job came to.</summary>
internal sealed record JobResult(double Accuracy, int HeldOut, double PretrainSeconds, double FineTuneSeconds, VisionTransformer Model, string Groups,
    ScheduleTable Rates);

/// <summary>Pre-trains a vision transformer on images alone, then fine-tunes it with layer decay on some labels.</summary>
internal sealed class Job(JobOptions options, IProgress progress)
{
    private const int BatchSize = 64;
    private const double WeightDecay = 0.05;
    private const double PretrainRate = 2e-3;
    private const double FineTuneRate = 2e-3;

    public JobResult Run(ImageSet all)
    {
        manual_seed(options.Seed);
        var images = all.To(options.Device);
        var (labelled, heldOut) = images.Split(options.Labelled, options.Seed);
        var size = SizeFor(images.Size);
        var model = new VisionTransformer(size, images.Classes).to(options.Device);
        progress.Say($"{images.Name}: {images.Count} images of {images.Size} x {images.Size}; {labelled.Count} with labels, {heldOut.Count} held out; device {options.Device}");

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Pretrain(model, size, images);
        var pretrained = watch.Elapsed.TotalSeconds;
        var (groups, rates) = FineTune(model, labelled);
        var fineTuned = watch.Elapsed.TotalSeconds - pretrained;
        return new JobResult(Accuracy(model, heldOut), heldOut.Count, pretrained, fineTuned, model, groups, rates);
    }

    private void Pretrain(VisionTransformer encoder, VitSize size, ImageSet images)
    {
        if (options.PretrainEpochs == 0) return;
        var autoencoder = new MaskedAutoencoder(encoder, size).to(options.Device);
        var groups = autoencoder.GetParameterGroups(new() { WeightDecay = WeightDecay });
        using var optimizer = groups.CreateAdamW(PretrainRate, beta2: 0.95);
        var phase = new Phase("pre-training", optimizer, Schedules(optimizer, images.Count, options.PretrainEpochs), autoencoder, (x, _) => autoencoder.forward(x));
        progress.Watch("pre-training without labels", report => phase.Run(images, options.PretrainEpochs, BatchSize, options.Seed, report));
    }

    private (string Groups, ScheduleTable Rates) FineTune(VisionTransformer model, ImageSet labelled)
    {
        var groups = model.GetParameterGroups(new() { LayerDecay = options.LayerDecay, WeightDecay = WeightDecay });
        var table = groups.ToTable(FineTuneRate);
        progress.Say(table);
        using var optimizer = groups.CreateAdamW(FineTuneRate);
        var schedules = Schedules(optimizer, labelled.Count, options.Epochs);
        var phase = new Phase("fine-tuning", optimizer, schedules, model, (x, y) => nn.functional.cross_entropy(model.forward(x), y, label_smoothing: 0.1));
        progress.Watch("fine-tuning with layer decay", report => phase.Run(labelled, options.Epochs, BatchSize, options.Seed, report));
        return (table, schedules.ToTable());
    }

    // A tenth of the run, at most five epochs, to warm up; then a half cosine to zero, as MAE does. A run of a few updates has nothing to warm up.
    private static ScheduleSet Schedules(optim.Optimizer optimizer, int images, int epochs)
    {
        var epoch = Phase.UpdatesPerEpoch(images, BatchSize);
        var run = new TrainingRun(epochs.Epochs(), batchesPerEpoch: epoch.Count);
        var warmup = Math.Min(5 * epoch.Count, run.Length.Count / 10).Updates();
        Schedule[] schedules = warmup.Count == 0 ? [Cosine(from: warmup, to: run.Length)] : [LinearWarmup(warmup), Cosine(from: warmup, to: run.Length)];
        return new ScheduleSet(optimizer, run, schedules);
    }

    private static double Accuracy(VisionTransformer model, ImageSet images)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        model.eval();
        var right = 0L;
        for (var start = 0; start < images.Count; start += 512)
        {
            var count = Math.Min(512, images.Count - start);
            var guessed = model.forward(images.Pixels.narrow(0, start, count)).argmax(1);
            right += guessed.eq(images.Labels.narrow(0, start, count)).sum().item<long>();
        }

        return (double)right / images.Count;
    }

    // 16 patches for the digits, 49 for 28 x 28 images.
    private static VitSize SizeFor(int image) => image switch
    {
        _ when image % 4 == 0 && image >= 16 => new VitSize(image, 4),
        _ when image % 2 == 0 => new VitSize(image, 2),
        _ => throw new DataException($"images of {image} x {image} cannot be cut into patches of 2 x 2"),
    };
}
