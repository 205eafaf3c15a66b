using LayerDecayGen.References;
using TorchSharp.Modules;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>A run of random groups, schedules of every kind over random windows, and metrics, all from one seed.</summary>
internal sealed class RandomRun
{
    private const int Epoch = 7;

    private readonly Random _random;

    public RandomRun(int seed, bool factorsOnly = false, bool scaledOnly = false)
    {
        _random = new Random(seed);
        Length = _random.Next(8, 60);
        Groups = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(g => new ScheduledGroup($"group {g}", 1e-4 * (1 + _random.NextDouble()))
        {
            Momentum = 0.5 + 0.4 * _random.NextDouble(),
            WeightDecay = _random.Next(3) == 0 ? 0 : 0.05,
        })];
        Schedules = [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => factorsOnly ? Factor() : scaledOnly ? Scaled() : Any())];
        if (!factorsOnly && !scaledOnly && _random.Next(2) == 0) Schedules = [.. Schedules,
            Plateau(new PlateauOptions { Patience = 1, Factor = 0.7 }, 0.Updates())];
        Metrics = [.. Enumerable.Range(0, Length).Select(_ => _random.NextDouble())];
    }

    public int Length { get; }

    public TrainingRun Run => new(Length.Updates(), 2 * Epoch, accumulation: 2);

    public ScheduledGroup[] Groups { get; }

    public Schedule[] Schedules { get; }

    public double[] Metrics { get; }

    public bool HasPlateau => Schedules.Any(s => s.Kind == nameof(Plateau));

    public int Below(int limit) => _random.Next(limit);

    public ScheduleTable Ahead() => ScheduleTable.Evaluate(
        Groups, Run, HasPlateau ? [.. Metrics.Select((m, u) => new MetricReport(u, "loss", m)).Skip(1)] : [], Schedules);

    public optim.Optimizer Optimizer() => optim.SGD(
        Groups.Select(g => new SGD.ParamGroup([new Parameter(zeros(1))], new SGD.Options
        {
            LearningRate = g.LearningRate,
            momentum = g.Momentum,
            weight_decay = g.WeightDecay,
        })),
        learningRate: 0.1);

    public ScheduleSet Bind(optim.Optimizer optimizer) => new(optimizer, Run, ScheduleChecks.None, Schedules);

    /// <summary>The updates from where a set is up to one, each checked against the table.</summary>
    public void Drive(ScheduleSet set, optim.Optimizer optimizer, int end, ScheduleTable table)
    {
        Agree(set, optimizer, table);
        while (set.Update < end - 1)
        {
            set.Step();
            if (HasPlateau) set.Report(Metrics[set.Update]);
            Agree(set, optimizer, table);
        }
    }

    private static void Agree(ScheduleSet set, optim.Optimizer optimizer, ScheduleTable table)
    {
        foreach (var target in Enum.GetValues<Hyperparameter>())
        {
            if (!table.Drives(target)) continue;
            var expected = table.Row(target, set.Update).ToArray();
            Assert.That(optimizer.ParamGroups.Select(g => Value(g, target)), Is.EqualTo(expected), $"{target} at update {set.Update}");
            Assert.That(set.Values(target).ToArray(), Is.EqualTo(expected));
        }
    }

    public static double Value(optim.ILearningRateController group, Hyperparameter target) => target switch
    {
        Hyperparameter.LearningRate => group.LearningRate,
        Hyperparameter.Momentum => ((optim.IMomentum)group).Momentum,
        _ => ((SGD.Options)((SGD.ParamGroup)group).Options).weight_decay!.Value,
    };

    private Schedule Any() => (_random.Next(3) == 0 ? Factor() : Wave()) with { Target = (Hyperparameter)_random.Next(3) };

    private Schedule Scaled() => _random.Next(2) == 0 ? Factor() : Wave();

    private Schedule Factor()
    {
        var (from, to) = Window();
        return _random.Next(5) switch
        {
            0 => Linear(0.1 + 0.9 * _random.NextDouble(), _random.NextDouble(), from, to),
            1 => Exponential(0.9 + 0.1 * _random.NextDouble(), from, to),
            2 => Step(_random.Next(1, 9).Updates(), 0.5, from, to),
            3 => MultiStep([2.Updates(), 2.Updates(), _random.Next(3, 30).Updates()], 0.3, from, to),
            _ => Constant(0.1 + 0.9 * _random.NextDouble(), from, to),
        };
    }

    private Schedule Wave()
    {
        var (from, to) = Window();
        var level = _random.Next(2) == 0 ? Level.Ratio(0.1 * _random.NextDouble()) : Level.Scaled(1e-5 * _random.NextDouble());
        return _random.Next(9) switch
        {
            0 => Cosine(from, to, level, period: _random.Next(2, 20).Updates()),
            1 => CosineRestarts([3.Updates(), 8.Updates()], [1, 0.5], level, from, to),
            2 => WarmRestarts(_random.Next(2, 9).Updates(), 1 + _random.Next(2), level, from, to),
            3 => Polynomial(0.5 + _random.NextDouble(), from, to, level),
            4 => OneCycle(Level.Ratio(1), from, to),
            5 => Cyclic(level, Level.Ratio(1), _random.Next(1, 6).Updates(), _random.Next(1, 6).Updates(), CyclicMode.Triangular2),
            6 => QuadraticWarmup(new Updates(to.Count - from.Count), from),
            7 => TimmSchedule.Cosine(Length.Updates(), 2.Updates(),
                options: new TimmOptions { Noise = new TimmNoise(3) { Seed = _random.Next() } }),
            _ => Cosine(_random.Next(3).Epochs()) with { Stepping = Stepping.EveryEpoch },
        };
    }

    private (Updates From, Updates To) Window()
    {
        var from = _random.Next(Length - 4);
        return (from.Updates(), _random.Next(from + 3, Length + 10).Updates());
    }
}
