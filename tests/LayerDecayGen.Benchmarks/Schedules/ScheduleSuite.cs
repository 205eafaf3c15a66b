using LayerDecayGen.Benchmarks.Report;
using TorchSharp.Modules;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Schedules;

/// <summary>
/// Warm-up, cosine, momentum and weight decay over the 28 groups of a ViT-B: an update on an optimizer, and whole runs evaluated ahead,
/// against their budgets and against TorchSharp's own cosine.
/// </summary>
internal sealed class ScheduleSuite : ISuite
{
    private const int GroupCount = 28;

    private static readonly TrainingRun Training = new(100_000.Updates(), 1000);

    // Longer than all calls of the measurement together, so that every one finds its schedules active.
    private static readonly TrainingRun Endless = new(100_000_000.Updates(), 1_000_000);

    private static readonly TrainingRun Longest = new(1_000_000_000.Updates(), 10_000_000);

    private static readonly Schedule[] Kinds =
    [
        LinearWarmup(5.Epochs()), Cosine(from: 5.Epochs(), minimum: Level.Ratio(0.01)),
        Linear(0.9, 1, 0.Epochs()) with { Target = Hyperparameter.Momentum },
        Cosine(0.Epochs(), minimum: Level.Ratio(0.5)) with { Target = Hyperparameter.WeightDecay },
    ];

    public string Name => "Schedules";

    public IEnumerable<Row> Run()
    {
        using var ours = Optimizer();
        using var theirs = Optimizer();
        var set = new ScheduleSet(ours, Endless, ScheduleChecks.None, Kinds);
        var stock = optim.lr_scheduler.CosineAnnealingLR(theirs, Endless.Length.Count);
        var pair = Pairs.Measure(set.Step, stock.step);
        yield return Row.Of("one update of 28 groups: rate, momentum, weight decay", "TorchSharp's cosine, rate alone", pair);
        yield return Budget("one update of 28 groups", pair.Ours * 1e6, 20, "µs");
        yield return new Row("garbage of one update", Pairs.AllocatedBytes(set.Step) / 1024, "budget", 0, "KB")
        {
            Ratio = Pairs.AllocatedBytes(set.Step),
            Kind = BarKind.RatioAtMost,
            Bar = 0,
        };
        ScheduledGroup[] groups = [.. set.Groups];
        var made = Pairs.Measure(() => new ScheduleSet(theirs, Longest, Kinds), () => Copy(GroupCount), rounds: 7);
        yield return Budget("making a set for 10^9 updates, checks included", made.Ours * 1e3, 10, "ms");
        var ahead = Pairs.Measure(() => LookAhead(groups), () => Copy(1000 * GroupCount), rounds: 7);
        yield return Row.Of("1,000 rows of 100,000 updates of 28 groups read ahead", "filling an array of that size", ahead);
    }

    private static double LookAhead(ScheduledGroup[] groups)
    {
        var table = ScheduleTable.Evaluate(groups, Training, Kinds[..2]);
        var sum = 0.0;
        for (var update = 0L; update < Training.Length.Count; update += 100) sum += table.Row(Hyperparameter.LearningRate, update)[0];
        return sum;
    }

    private static Row Budget(string what, double ours, double budget, string unit) =>
        new(what, ours, "budget", budget, unit) { Kind = BarKind.RatioAtMost, Bar = 1 };

    private static double[] Copy(int count)
    {
        var values = new double[count];
        Array.Fill(values, 1e-3);
        return values;
    }

    private static optim.Optimizer Optimizer() => optim.AdamW(Enumerable.Range(0, GroupCount).Select(g => new AdamW.ParamGroup(
        [new Parameter(zeros(1))], new AdamW.Options
        {
            LearningRate = 1e-3 * Math.Pow(0.75, g / 2),
            weight_decay = g % 2 == 0 ? 0.05
            : 0
        })));
}
