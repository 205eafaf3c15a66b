using System.Diagnostics;
using System.Globalization;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Reporting;
using LayerDecayGen.Training;

namespace FineTune.Training;

/// <summary>Fine-tunes the pretrained model on some labelled sentences, from weights to files.</summary>
internal sealed class Job(JobOptions options, Sentences sentences, IProgress progress)
{
    private const int DefaultLabels = 400;

    public void Run()
    {
        var (weights, vocabulary) = MiniLm.Files();
        var tokens = new Tokens(vocabulary);
        var set = TokenSet.Of(sentences, LabelsOf(options, sentences), options.Seed, tokens);
        progress.Say($"{sentences.Name}: {set.Train.Count} labelled sentences, {set.HeldOut.Count} held out, {set.Classes} classes; device {options.Device}, {options.Dtype}");
        using var trainer = new Trainer(options, weights, tokens, set);
        progress.Say($"{trainer.Loaded}");
        progress.Say(trainer.Groups.ToTable(options.LearningRate, progress.Width));

        var folder = new CheckpointFolder(Path.Combine(options.Out, "checkpoints"), keepLast: 2) { HigherIsBetter = true };
        Begin(trainer, folder);
        var watch = Stopwatch.StartNew();
        progress.Watch("fine-tuning", trainer.Updates, report => Train(trainer, folder, report));
        var seconds = watch.Elapsed.TotalSeconds;
        var files = Output.Write(options, trainer, vocabulary);
        var accuracy = trainer.History.Rows[^1].Accuracy!.Value;
        var share = trainer.UpdateShare();
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"accuracy {accuracy:F4} on {set.HeldOut.Count} held-out sentences"));
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s; the update is {share:P1} of a step"));
        foreach (var file in files.Append(folder.Path)) progress.Say($"wrote {file}");
        progress.Say($"in Python: safetensors.torch.load_file(\"{files[^1]}\")");
    }

    /// <summary>How many sentences are trained on.</summary>
    /// <exception cref="DataException">There are not so many.</exception>
    public static int LabelsOf(JobOptions options, Sentences sentences)
    {
        var count = options.Labels ?? Math.Min(DefaultLabels, sentences.Pool.Count);
        return count <= sentences.Pool.Count ? count
            : throw new DataException($"--labels {count}: {sentences.Name} has {sentences.Pool.Count} sentences beside the {sentences.HeldOut.Count} held out");
    }

    private void Begin(Trainer trainer, CheckpointFolder folder)
    {
        if (!options.Resume)
        {
            // Those of an earlier training would mix with the new ones.
            if (Directory.Exists(folder.Path)) Directory.Delete(folder.Path, recursive: true);
            return;
        }

        var resumed = folder.Resume(trainer.Checkpoint) ?? throw new DataException($"--resume: there is no checkpoint in {folder.Path}");
        progress.Say($"going on from {resumed.Path}");
        foreach (var damaged in resumed.Damaged) progress.Say($"passed over {damaged}: it is not whole");
    }

    private void Train(Trainer trainer, CheckpointFolder folder, Action<long, string> report)
    {
        while (!trainer.IsOver)
        {
            var before = trainer.Step.Updates;
            trainer.RunBatch();
            if (trainer.Step.Updates > before) report(trainer.Step.Updates, Line(trainer.History.Rows[^1]));
            if (!trainer.EpochIsOver || trainer.History.Rows.Count == 0) continue;
            var accuracy = trainer.Accuracy();
            trainer.History.Add(accuracy);
            folder.Save(trainer.Checkpoint, trainer.Step.Updates, accuracy);
            progress.Say(string.Create(CultureInfo.InvariantCulture, $"epoch {trainer.Order.Epoch + 1} of {options.Epochs}: held-out accuracy {accuracy:F4}"));
        }
    }

    private static string Line(HistoryRow row) => string.Create(
        CultureInfo.InvariantCulture, $"loss {row.Loss:F4}, rate {row.Rates[0]:0.0e+0} (first layer) {row.Rates[^1]:0.0e+0} (last)");
}
