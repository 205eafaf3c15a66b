using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Reporting;
using FineTune.Training;
using LayerDecayGen.Training;
using Samples;
using Spectre.Console;
using TorchSharp;

namespace FineTune;

/// <summary>The options, their checks, and what runs. Whatever is wrong with them is one line and exit code 2 before anything trains.</summary>
internal static class CommandLine
{
    private const int BadUsage = 2;
    private static readonly JobOptions s_defaults = new();

    private static readonly Option<string> s_data = Of("--data", "reviews, or a file with a label (0, 1, ...), a tab and a sentence on each line", Sentences.Reviews);
    private static readonly Option<double> s_layerDecay = Of("--layer-decay", "lr scale from one layer to the next, in (0, 1]; 1 switches layer decay off", s_defaults.LayerDecay);
    private static readonly Option<double> s_lr = Of("--lr", "learning rate of the last layer", s_defaults.LearningRate);
    private static readonly Option<int?> s_labels = new("--labels") { Description = "labelled sentences to train on; 400 unless there are fewer" };
    private static readonly Option<int> s_epochs = Of("--epochs", "epochs", s_defaults.Epochs);
    private static readonly Option<int> s_batch = Of("--batch", "sentences in a batch", s_defaults.Batch);
    private static readonly Option<int> s_accumulation = Of("--accumulation", "batches whose gradients make one update", s_defaults.Accumulation);
    private static readonly Option<bool> s_freeze = Of("--freeze-embeddings", "leaves the embeddings as they are", false);
    private static readonly Option<double?> s_ema = new("--ema") { Description = "decay of a running average of the weights, which is evaluated and saved then" };
    private static readonly Option<string> s_dtype = Of("--dtype", "float32 or bfloat16", "float32");
    private static readonly Option<int> s_seed = Of("--seed", "seed of sentences, weights and order; same seed, same result", s_defaults.Seed);
    private static readonly Option<string> s_device = Of("--device", "cpu, cuda or mps", "cpu");
    private static readonly Option<bool> s_resume = Of("--resume", "goes on from the newest checkpoint in --out", false);
    private static readonly Option<string> s_out = Of("--out", "folder for the files that are written", Path.Combine("out", "fine-tune"));
    private static readonly Option<bool> s_compare = Of("--compare", "compares layer decay 1, 0.9, 0.8 and 0.65 at two rates, with 100 and 400 labels", false);
    private static readonly Option<int> s_seeds = Of("--seeds", "seeds of --compare", 5);
    private static readonly Option<bool> s_findLr = Of("--find-lr", "grows the learning rate until the loss runs away, and suggests one", false);

    public static int Run(string[] args)
    {
        s_layerDecay.Check(v => v is > 0 and <= 1, "must be in (0, 1]");
        s_lr.Check(v => v > 0 && double.IsFinite(v), "must be above 0");
        s_labels.Check(v => v >= 1, "must be at least 1");
        s_ema.Check(v => v is >= 0 and < 1, "must be in [0, 1)");
        s_dtype.Check(v => v is "float32" or "bfloat16", "must be float32 or bfloat16");
        foreach (var count in new[] { s_epochs, s_batch, s_accumulation, s_seeds }) count.Check(v => v >= 1, "must be at least 1");
        var command = new RootCommand("Fine-tunes a pretrained language model on labelled sentences with layer-wise learning-rate decay.")
        {
            s_data, s_layerDecay, s_lr, s_labels, s_epochs, s_batch, s_accumulation, s_freeze, s_ema, s_dtype, s_seed, s_device, s_resume, s_out,
            s_compare, s_seeds, s_findLr,
        };
        command.SetAction(Run);
        var parsed = command.Parse(args);
        return parsed.Errors.Count == 0 ? parsed.Invoke() : Refuse(parsed.Errors[0].Message);
    }

    private static int Run(ParseResult parsed)
    {
        try
        {
            var options = Read(parsed);
            var sentences = Sentences.Load(parsed.GetValue(s_data)!);
            _ = Job.LabelsOf(options, sentences);
            EnsureWritable(options.Out);
            IProgress progress = Console.IsOutputRedirected ? new PlainProgress(Console.Out) : new LiveProgress(AnsiConsole.Console);
            if (parsed.GetValue(s_compare)) new Comparison(options, sentences, parsed.GetValue(s_seeds), progress).Run();
            else if (parsed.GetValue(s_findLr)) new RateSearch(options, sentences, progress).Run();
            else new Job(options, sentences, progress).Run();
            return 0;
        }
        catch (Exception e) when (e is DataException or DeviceException or PretrainedException or CheckpointException)
        {
            return Refuse(e.Message);
        }
    }

    private static JobOptions Read(ParseResult parsed)
    {
        if (parsed.GetValue(s_compare) && (parsed.GetValue(s_findLr) || parsed.GetValue(s_resume)) || parsed.GetValue(s_findLr) && parsed.GetValue(s_resume))
            throw new DataException("--compare, --find-lr and --resume do not go together; give one");
        return new JobOptions
        {
            Data = parsed.GetValue(s_data)!,
            LayerDecay = parsed.GetValue(s_layerDecay),
            LearningRate = parsed.GetValue(s_lr),
            Labels = parsed.GetValue(s_labels),
            Epochs = parsed.GetValue(s_epochs),
            Batch = parsed.GetValue(s_batch),
            Accumulation = parsed.GetValue(s_accumulation),
            FreezeEmbeddings = parsed.GetValue(s_freeze),
            Ema = parsed.GetValue(s_ema),
            Dtype = parsed.GetValue(s_dtype) == "bfloat16" ? torch.bfloat16 : torch.float32,
            Seed = parsed.GetValue(s_seed),
            Device = Devices.Find(parsed.GetValue(s_device)!),
            Resume = parsed.GetValue(s_resume),
            Out = parsed.GetValue(s_out)!,
        };
    }

    // Found out now rather than after the training.
    private static void EnsureWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".probe-{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"--out {folder}: cannot be written to: {e.Message}");
        }
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message.ReplaceLineEndings(" "));
        return BadUsage;
    }

    private static Option<T> Of<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    // The parser itself refuses what is no number.
    private static void Check<T>(this Option<T> option, Func<T, bool> holds, string rule) => option.Validators.Add(result =>
    {
        if (result.Tokens is not [var token]) return;
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        object? value = type == typeof(string) ? token.Value
            : type == typeof(double) && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : type == typeof(int) && int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
            : null;
        if (value is not null && !holds((T)value)) result.AddError($"{option.Name} {token.Value}: {rule}");
    });
}
