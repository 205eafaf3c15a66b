using System.Globalization;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Reporting;
using LayerDecayGen.Plotting;
using ScottPlot;

namespace FineTune.Training;

/// <summary>A training of the comparison and its accuracy.</summary>
internal sealed record ComparedRun(int Labels, double LearningRate, double LayerDecay, int Seed, double Accuracy);

/// <summary>
/// Layer decay against none at a usual and a high learning rate, over seeds. Each training is written into <c>compare.csv</c> when it is done, and
/// those that are there already are not repeated.
/// </summary>
internal sealed class Comparison(JobOptions options, Sentences sentences, int seeds, IProgress progress)
{
    private static readonly double[] s_decays = [1, 0.9, 0.8, 0.65];
    private static readonly double[] s_rates = [1e-4, 3e-4];
    private static readonly int[] s_labels = [100, 400];

    private readonly string _file = Path.Combine(options.Out, "compare.csv");

    public void Run()
    {
        var runs = Read();
        var wanted = (from seed in Enumerable.Range(options.Seed, seeds)
                      from labels in s_labels
                      from rate in s_rates
                      from decay in s_decays
                      select new ComparedRun(labels, rate, decay, seed, double.NaN)).ToList();
        var open = wanted.Where(w => !runs.Exists(r => r with { Accuracy = double.NaN } == w)).ToList();
        progress.Say($"{wanted.Count} trainings of {options.Epochs} epochs, {wanted.Count - open.Count} of them done already");
        if (open.Count > 0) progress.Watch("comparison", open.Count, report => RunAll(open, runs, report));
        progress.Say(Table(runs));
        var picture = Path.Combine(options.Out, "compare.png");
        Picture(runs).Write(picture);
        progress.Say($"wrote {_file}");
        progress.Say($"wrote {picture}");
    }

    private void RunAll(List<ComparedRun> open, List<ComparedRun> runs, Action<long, string> report)
    {
        var (weights, vocabulary) = MiniLm.Files();
        var tokens = new Tokens(vocabulary);
        foreach (var (i, run) in open.Index())
        {
            var set = TokenSet.Of(sentences, run.Labels, run.Seed, tokens);
            using var trainer = new Trainer(
                options with { LearningRate = run.LearningRate, LayerDecay = run.LayerDecay, Seed = run.Seed, Labels = run.Labels }, weights, tokens, set);
            while (!trainer.IsOver) trainer.RunBatch();
            var done = run with { Accuracy = trainer.Accuracy() };
            runs.Add(done);
            File.AppendAllText(_file, Line(done));
            report(i + 1, string.Create(CultureInfo.InvariantCulture, $"{done.Labels} labels, rate {done.LearningRate}, decay {done.LayerDecay}, seed {done.Seed}: {done.Accuracy:F3}"));
        }
    }

    // The first line says what all trainings share; trainings with other options do not belong together.
    private string Header => string.Create(CultureInfo.InvariantCulture,
        $"# {sentences.Name}, {options.Epochs} epochs, batch {options.Batch}, accumulation {options.Accumulation}, freeze embeddings {options.FreezeEmbeddings}, ema {options.Ema}, {options.Dtype}\nlabels,learning rate,layer decay,seed,accuracy\n");

    private List<ComparedRun> Read()
    {
        if (!File.Exists(_file)) File.WriteAllText(_file, Header);
        var text = File.ReadAllText(_file);
        if (!text.StartsWith(Header, StringComparison.Ordinal))
            throw new DataException($"{_file} is of a comparison with other options; give another --out, or delete it");
        try
        {
            return [.. text[Header.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).Select(c => new ComparedRun(
                int.Parse(c[0], CultureInfo.InvariantCulture), Number(c[1]), Number(c[2]), int.Parse(c[3], CultureInfo.InvariantCulture), Number(c[4])))];
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException or OverflowException)
        {
            throw new DataException($"{_file} has a line that is not a training; delete the line or the file");
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Line(ComparedRun r) => string.Create(CultureInfo.InvariantCulture, $"{r.Labels},{r.LearningRate},{r.LayerDecay},{r.Seed},{r.Accuracy}\n");

    private static string Table(List<ComparedRun> runs)
    {
        var lines = from r in runs
                    group r.Accuracy by (r.Labels, r.LearningRate, r.LayerDecay) into g
                    orderby g.Key.Labels, g.Key.LearningRate, -g.Key.LayerDecay
                    select string.Create(CultureInfo.InvariantCulture,
                        $"{g.Key.Labels,6}  {g.Key.LearningRate,7}  {g.Key.LayerDecay,5}  {g.Count(),5}  {g.Average():F3} ± {Deviation([.. g]):F3}  {g.Min():F3}");
        return string.Join(Environment.NewLine, lines.Prepend("labels       lr  decay  seeds  accuracy       worst"));
    }

    private static double Deviation(double[] values) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1));

    private static Plot Picture(List<ComparedRun> runs)
    {
        var plot = new Plot();
        foreach (var (i, line) in runs.GroupBy(r => (r.Labels, r.LearningRate)).OrderBy(g => g.Key).Index())
        {
            var means = line.GroupBy(r => r.LayerDecay).OrderBy(g => g.Key).ToArray();
            double[] xs = [.. means.Select(m => m.Key + 0.004 * (i - 1.5))];
            double[] ys = [.. means.Select(m => m.Average(r => r.Accuracy))];
            var scatter = plot.Add.Scatter(xs, ys);
            scatter.Color = new ScottPlot.Colormaps.Viridis().GetColor(0.3 * i);
            scatter.LegendText = string.Create(CultureInfo.InvariantCulture, $"{line.Key.Labels} labels, rate {line.Key.LearningRate}");
            plot.Add.ErrorBar(xs, ys, [.. means.Select(m => Deviation([.. m.Select(r => r.Accuracy)]))]).Color = scatter.Color;
        }

        plot.Title("held-out accuracy by layer decay: mean and deviation over seeds");
        plot.XLabel("layer decay (1: none)");
        plot.YLabel("accuracy");
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }
}
