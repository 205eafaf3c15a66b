using System.Globalization;
using System.Text.Json;
using Digits.Training;
using LayerDecayGen.Plotting;

namespace Digits.Reporting;

/// <summary>The files that a job leaves.</summary>
internal static class Output
{
    public static IReadOnlyList<string> Write(JobOptions options, JobResult result)
    {
        Directory.CreateDirectory(options.Out);
        var groups = Path.Combine(options.Out, "groups.txt");
        File.WriteAllText(groups, result.Groups);
        var weights = Path.Combine(options.Out, "model.dat");
        result.Model.save(weights);
        var summary = Path.Combine(options.Out, "result.json");
        File.WriteAllText(summary, JsonSerializer.Serialize(Summary(options, result), new JsonSerializerOptions { WriteIndented = true }) + "\n");
        var lines = Path.Combine(options.Out, "learning-rates.svg");
        SchedulePlot.ByUpdate(result.Rates).Write(lines);
        var map = Path.Combine(options.Out, "learning-rates.png");
        SchedulePlot.HeatMap(result.Rates).Write(map);
        return [groups, weights, summary, lines, map];
    }

    private static Dictionary<string, object> Summary(JobOptions options, JobResult result) => new()
    {
        ["data"] = options.Data,
        ["layerDecay"] = options.LayerDecay,
        ["seed"] = options.Seed,
        ["pretrainEpochs"] = options.PretrainEpochs,
        ["epochs"] = options.Epochs,
        ["device"] = options.Device.ToString(),
        ["accuracy"] = result.Accuracy,
        ["heldOut"] = result.HeldOut,
        ["seconds"] = double.Parse((result.PretrainSeconds + result.FineTuneSeconds).ToString("F1", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
    };
}
