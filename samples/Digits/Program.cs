using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Samples;
using Digits.Data;
using Digits.Reporting;
using Digits.Training;
using Spectre.Console;

const int badUsage = 2;

var layerDecay = new Option<double>("--layer-decay") { Description = "lr scale from one layer to the next, in (0, 1]; 1 switches layer decay off", DefaultValueFactory = _ => 0.75 };
var epochs = new Option<int>("--epochs") { Description = "epochs of fine-tuning", DefaultValueFactory = _ => 30 };
var pretrainEpochs = new Option<int>("--pretrain-epochs") { Description = "epochs of masked pre-training without labels; 0 skips it", DefaultValueFactory = _ => 40 };
var labelled = new Option<int>("--labels") { Description = "labelled images to fine-tune on; the rest is held out", DefaultValueFactory = _ => 800 };
var device = new Option<string>("--device") { Description = "cpu, cuda or mps", DefaultValueFactory = _ => "cpu" };
var seed = new Option<int>("--seed") { Description = "seed of weights, masks and order; same seed, same result", DefaultValueFactory = _ => 0 };
var data = new Option<string>("--data") { Description = "digits, fashion-mnist, or a folder with IDX files", DefaultValueFactory = _ => "digits" };
var output = new Option<string>("--out") { Description = "folder for the files that are written", DefaultValueFactory = _ => Path.Combine("out", "digits") };

layerDecay.Validators.Add(r => Check<double>(r, value => value is > 0 and <= 1, "must be above 0 and at most 1"));
epochs.Validators.Add(r => Check<int>(r, value => value >= 1, "must be at least 1"));
pretrainEpochs.Validators.Add(r => Check<int>(r, value => value >= 0, "must be 0 or more"));
labelled.Validators.Add(r => Check<int>(r, value => value >= 1, "must be at least 1"));

var command = new RootCommand("Pre-trains a small vision transformer on images without labels, then fine-tunes it with layer-wise learning-rate decay.")
{
    layerDecay, epochs, pretrainEpochs, labelled, device, seed, data, output,
};
command.SetAction(parsed => Run(parsed));

var arguments = command.Parse(args);
if (arguments.Errors.Count > 0)
{
    Console.Error.WriteLine(arguments.Errors[0].Message);
    return badUsage;
}

return arguments.Invoke();

int Run(ParseResult parsed)
{
    try
    {
        var options = new JobOptions(
            parsed.GetValue(data)!, parsed.GetValue(labelled), parsed.GetValue(layerDecay), parsed.GetValue(pretrainEpochs), parsed.GetValue(epochs),
            Devices.Find(parsed.GetValue(device)!), parsed.GetValue(seed), parsed.GetValue(output)!);
        using var images = ImageFiles.Load(options.Data);
        if (options.Labelled >= images.Count)
            throw new DataException($"--labels {options.Labelled}: {options.Data} has {images.Count} images, and some must be held out");
        Report(options, new Job(options, Console.IsOutputRedirected ? new PlainProgress(Console.Out) : new LiveProgress(AnsiConsole.Console)).Run(images));
        return 0;
    }
    catch (Exception e) when (e is DataException or DeviceException)
    {
        Console.Error.WriteLine(e.Message);
        return badUsage;
    }
}

static void Report(JobOptions options, JobResult result)
{
    var files = Output.Write(options, result);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"accuracy {result.Accuracy:F4} on {result.HeldOut} held-out images"));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.PretrainSeconds:F1} s pre-training, {result.FineTuneSeconds:F1} s fine-tuning"));
    foreach (var file in files) Console.WriteLine($"wrote {file}");
}

// What is no number at all is told by the parser itself.
static void Check<T>(OptionResult result, Func<T, bool> holds, string rule) where T : IParsable<T>
{
    if (result.Tokens is not [var token] || !T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) || holds(value)) return;
    result.AddError($"{result.Option.Name} {token.Value}: {rule}");
}
