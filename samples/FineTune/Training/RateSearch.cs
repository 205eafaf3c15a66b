using System.Globalization;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Reporting;
using LayerDecayGen;
using LayerDecayGen.Plotting;
using ScottPlot;
using TorchSharp;
using static LayerDecayGen.Schedule;

namespace FineTune.Training;

/// <summary>
/// The learning-rate range test (Smith 2017, "Cyclical Learning Rates for Training Neural Networks"): the rate grows from update to update until the
/// loss runs away. Layers keep their scales.
/// </summary>
internal sealed class RateSearch(JobOptions options, Sentences sentences, IProgress progress)
{
    private const int Updates = 60;
    private const double From = 1e-6;
    private const double To = 1e-2;
    private const double Smoothing = 0.8;

    public void Run()
    {
        var (weights, vocabulary) = MiniLm.Files();
        var tokens = new Tokens(vocabulary);
        var set = TokenSet.Of(sentences, Job.LabelsOf(options, sentences), options.Seed, tokens);
        var batches = (set.Train.Count + options.Batch - 1) / options.Batch;
        var search = options with { LearningRate = To, Epochs = (Updates * options.Accumulation + batches - 1) / batches };
        var growth = Lambda((update, _) => From / To * Math.Pow(To / From, Math.Min(1, update / (Updates - 1.0))), from: 0.Updates());
        using var trainer = new Trainer(search, weights, tokens, set, growth);
        var losses = new List<(double Rate, double Loss)>();
        progress.Watch("learning-rate range test", Updates, report => Grow(trainer, losses, report));
        Report(losses);
    }

    private static void Grow(Trainer trainer, List<(double Rate, double Loss)> losses, Action<long, string> report)
    {
        var (mean, least) = (0.0, double.PositiveInfinity);
        while (losses.Count < Updates && !trainer.IsOver)
        {
            var before = trainer.Step.Updates;
            trainer.RunBatch();
            if (trainer.Step.Updates == before) continue;
            var row = trainer.History.Rows[^1];
            mean = Smoothing * mean + (1 - Smoothing) * row.Loss;
            var smooth = mean / (1 - Math.Pow(Smoothing, losses.Count + 1));
            losses.Add((row.Rates[^1], smooth));
            least = Math.Min(least, smooth);
            report(losses.Count, string.Create(CultureInfo.InvariantCulture, $"rate {row.Rates[^1]:0.0e+0}, loss {smooth:F4}"));
            if (!(smooth < 2 * least)) return;
        }
    }

    private void Report(List<(double Rate, double Loss)> losses)
    {
        var best = losses.MinBy(l => l.Loss);
        var plot = new Plot();
        plot.Add.ScatterLine(losses.Select(l => new Coordinates(Math.Log10(l.Rate), l.Loss)).ToArray()).LineWidth = 2;
        plot.Title("learning-rate range test");
        plot.XLabel("log10 of the last layer's learning rate");
        plot.YLabel("smoothed loss");
        var file = Path.Combine(options.Out, "find-lr.png");
        plot.Write(file);
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"least loss {best.Loss:F4} at {best.Rate:0.0e+0}; a third of that, {best.Rate / 3:0.0e+0}, is a good --lr to begin with"));
        progress.Say($"wrote {file}");
    }
}
