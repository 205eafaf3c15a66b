using System.Globalization;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Reporting;
using LayerDecayGen.Plotting;
using LayerDecayGen.Training;
using ScottPlot;

namespace FineTune.Training;

/// <summary>The library's learning-rate range test on the sample's training; layers keep their scales.</summary>
internal sealed class RateSearch(JobOptions options, Sentences sentences, IProgress progress)
{
    private const int Updates = 60;
    private const double From = 1e-6;
    private const double To = 1e-2;

    public void Run()
    {
        var (weights, vocabulary) = MiniLm.Files();
        var tokens = new Tokens(vocabulary);
        using var trainer = new Trainer(options, weights, tokens, TokenSet.Of(sentences, Job.LabelsOf(options, sentences), options.Seed, tokens));
        var count = 0;
        progress.Watch("learning-rate range test", Updates, report =>
        {
            var test = LearningRateRangeTest.Run(
                trainer.Step,
                () =>
                {
                    report(++count, "the rate grows");
                    return trainer.NextLoss();
                },
                From,
                To,
                Updates);
            Report(test);
        });
    }

    private void Report(LearningRateRangeTest test)
    {
        var plot = new Plot();
        plot.Add.ScatterLine(test.Points.Select(p => new Coordinates(Math.Log10(p.LearningRate), p.Smoothed)).ToArray()).LineWidth = 2;
        plot.Title("learning-rate range test");
        plot.XLabel("log10 of the last layer's learning rate");
        plot.YLabel("smoothed loss");
        var file = Path.Combine(options.Out, "find-lr.png");
        plot.Write(file);
        progress.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"--lr by fastai's rules: valley {test.Valley:0.0e+0}, steepest {test.Steepest:0.0e+0}, a tenth of the minimum {test.TenthOfMinimum:0.0e+0}"));
        progress.Say($"wrote {file}");
    }
}
