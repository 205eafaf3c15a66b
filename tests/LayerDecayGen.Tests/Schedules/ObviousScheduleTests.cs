using static LayerDecayGen.Schedule;
using FsCheck;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>
/// Every kind, with lengths in hundredths of an epoch over windows of accumulation, against its formula written out for one update at a
/// time. Points are found by counting batches.
/// </summary>
[TestFixture]
public sealed class ObviousScheduleTests
{
    private const double Floor = 0.1;

    private static readonly Level Minimum = Level.Ratio(Floor);

    private static readonly ScheduledGroup[] Groups = [new("slow", 0.25), new("fast", 1)];

    private static readonly string[] Kinds =
    [
        "LinearWarmup", "QuadraticWarmup", "Linear", "Constant", "Exponential", "Step", "MultiStep", "Polynomial", "TorchPolynomial",
        "Cosine", "CosineRestarts", "WarmRestarts", "GrowingRestarts", "OneCycle", "Cyclic", "WarmupStableDecay", "Lambda", "Multiplicative",
        "Hold", "CosineOfAPeriod", "CyclicInEpochs",
    ];

    [Always(MaxTest = 1500)]
    public void IsItsFormula(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var (perEpoch, accumulation) = new[] { (10, 4), (10, 3), (1251, 4), (100, 1), (7, 5), (3, 8) }[random.Next(6)];
        var windows = (AccumulationWindows)random.Next(3);
        var epochs = perEpoch > 1000 ? 2 : 12;
        var obvious = new ObviousRun(perEpoch, accumulation, windows, perEpoch * epochs);
        var run = new TrainingRun(epochs.Epochs(), perEpoch, accumulation, windows);
        var kind = Kinds[random.Next(Kinds.Length)];
        var (schedule, factor) = Case(kind, random, obvious, epochs);
        var table = ScheduleTable.Evaluate(Groups, run, schedule);
        for (var update = 0; update < obvious.Updates; update++)
        {
            foreach (var (value, group) in table.Row(Hyperparameter.LearningRate, update).ToArray().Zip(Groups))
                Assert.That(value, Is.EqualTo(group.LearningRate * factor(update)).Within(1e-9), $"{kind} at update {update} of {run}");
        }
    }

    // A schedule and the factor on the base value that it comes to at an update.
    private static (Schedule Schedule, Func<int, double> Factor) Case(string kind, Random random, ObviousRun run, int epochs)
    {
        var begin = kind is "LinearWarmup" or "WarmupStableDecay" or "TorchPolynomial" or "Cyclic" or "CyclicInEpochs" ? 0 : random.Next(100 * epochs / 3);
        var end = random.Next(begin + 100, 100 * epochs + 1);
        var (first, stop) = (run.UpdateAt(begin), run.UpdateAt(end));
        var length = random.Next(5, 90 * epochs);
        if (stop <= first + 1 || first >= run.Updates) (begin, end, first, stop) = (0, 100 * epochs, 0, run.Updates);
        var (from, to, by) = (new Epochs(begin / 100.0), new Epochs(end / 100.0), new Epochs(length / 100.0));
        int Point(int hundredths) => run.UpdateAt(begin + hundredths) - first;
        var last = stop - first - 1;
        (Schedule, Func<int, double>) Of(Schedule schedule, Func<int, double> within) =>
            (schedule, update => update < first ? 1 : within(Math.Min(update - first, last)));
        double Down(double share) => Floor + (1 - Floor) * (1 + Math.Cos(Math.PI * share)) / 2;
        return kind switch
        {
            "LinearWarmup" => Of(LinearWarmup(to, 0.2), t => last == 0 ? 1 : 0.2 + 0.8 * t / last),
            "QuadraticWarmup" => Of(QuadraticWarmup(new Epochs((end - begin) / 100.0), from), t => Math.Pow((t + 1.0) / (last + 1), 2)),
            "Linear" => Of(Linear(0.5, 0.1, from, to), t => last == 0 ? 0.5 : 0.5 - 0.4 * t / last),
            "Constant" => Of(Constant(0.5, from, to), t => t == last && t > 0 ? 1 : 0.5),
            "Exponential" => Of(Exponential(0.99, from, to), t => Math.Pow(0.99, t)),
            "Hold" => Of(Hold(from, to), _ => 1),
            "Lambda" => Of(Lambda((t, _) => 1 / (1.0 + t), from, to), t => 1 / (1.0 + t)),
            "Multiplicative" => Of(
                Multiplicative(t => 1 - 1 / (t + 2.0), from, to), t => Enumerable.Range(1, t).Aggregate(1.0, (p, i) => p * (1 - 1 / (i + 2.0)))),
            "Step" => Of(Step(by, 0.5, from, to), t => Math.Pow(0.5, Times(n => Point(n * length), t))),
            "MultiStep" => Of(
                MultiStep([by, by, new Epochs(2 * length / 100.0)], 0.5, from, to),
                t => (t >= Point(length) ? 0.25 : 1) * (t >= Point(2 * length) ? 0.5 : 1)),
            "Polynomial" => Of(Polynomial(1.5, from, to, Minimum), t => last == 0 ? 1 : Floor + (1 - Floor) * Math.Pow(1 - (double)t / last, 1.5)),
            "TorchPolynomial" => (TorchPolynomial(by, 2), u => Math.Pow(Math.Max(0, 1 - (double)u / Math.Max(1, Point(length))), 2)),
            "Cosine" => Of(Cosine(from, to, Minimum), t => Down((double)t / (last + 1))),
            "CosineRestarts" => Of(
                CosineRestarts([by, new Epochs(2 * length / 100.0)], [1, 0.5], Minimum, from, to),
                t => Point(3 * length) == 0 ? 1 : Restart(Math.Min(t, Point(3 * length) - 1), Point(length), Point(3 * length))),
            "WarmRestarts" => Of(WarmRestarts(by, 1, Minimum, from, to), t => Down(Share(n => Point(n * length), t))),
            "GrowingRestarts" => Of(WarmRestarts(by, 2, Minimum, from, to), t => Down(Share(n => Point(((1 << n) - 1) * length), t))),
            "OneCycle" => Of(OneCycle(Level.Ratio(1), from, to), t => OneCycleAt(t, last + 1)),
            "CosineOfAPeriod" => Of(Cosine(from, to, Minimum, by), t => Down(t / run.UpdatesIn(length))),
            "CyclicInEpochs" => (Cyclic(Minimum, Level.Ratio(1), by, to: epochs.Epochs()), u =>
            {
                var at = u / run.UpdatesIn(length) % 2;
                return Floor + (1 - Floor) * (at < 1 ? at : 2 - at);
            }
            ),
            "Cyclic" => Cycle(random, run),
            _ => StableDecay(run, epochs, random),
        };
    }

    // How many times something that comes again has come: its n-th time at a step that grows with n.
    private static int Times(Func<int, int> at, int step)
    {
        var times = 0;
        while (at(times + 1) <= step) times++;
        return times;
    }

    private static double Share(Func<int, int> at, int step)
    {
        var times = Times(at, step);
        return (double)(step - at(times)) / (at(times + 1) - at(times));
    }

    // Two half cosines, the second from half the base value.
    private static double Restart(int step, int first, int second)
    {
        var (top, share) = step < first ? (1, (double)step / first) : (0.5, (double)(step - first) / (second - first));
        return Floor + (top - Floor) * (1 + Math.Cos(Math.PI * share)) / 2;
    }

    private static double OneCycleAt(int step, int steps)
    {
        var top = 0.3 * steps - 1;
        var (low, end) = (1 / 25.0, 1 / 25.0 / 1e4);
        double Between(double a, double b, double share) => b + (a - b) / 2 * (1 + Math.Cos(Math.PI * share));
        return step <= top ? Between(low, 1, step / top) : Between(1, end, (step - top) / (steps - 1 - top));
    }

    // In whole updates: where a turn lies between two of them, both are on the straight lines.
    private static (Schedule Schedule, Func<int, double> Factor) Cycle(Random random, ObviousRun run)
    {
        var (up, down) = (random.Next(1, 9), random.Next(1, 9));
        return (Cyclic(Minimum, Level.Ratio(1), up.Updates(), down.Updates(), CyclicMode.Triangular2, to: run.Updates.Updates()), update =>
        {
            var (cycle, at) = Math.DivRem(update, up + down);
            var height = at <= up ? (double)at / up : 1 - (double)(at - up) / down;
            return Floor + (1 - Floor) * height / Math.Pow(2, cycle);
        }
        );
    }

    private static (Schedule Schedule, Func<int, double> Factor) StableDecay(ObviousRun run, int epochs, Random random)
    {
        var (warmup, decay) = (random.Next(100), random.Next(100, 90 * epochs));
        var (rise, fall) = (run.UpdateAt(warmup), run.UpdateAt(decay));
        var schedule = WarmupStableDecay(
            new Epochs(warmup / 100.0), new Epochs(decay / 100.0), epochs.Epochs(), DecayShape.Cosine, Minimum, startFactor: 0.2);
        return (schedule, u => u < rise - 1 ? 0.2 + 0.8 * u / (rise - 1) : u < fall ? 1
            : Floor + (1 - Floor) * (1 + Math.Cos(Math.PI * (u - fall) / (run.Updates - fall))) / 2);
    }
}
