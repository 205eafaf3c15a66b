using LayerDecayGen.References;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Bad input is refused when a schedule is made or bound, by the name of the argument, and never in the middle of a run.</summary>
[TestFixture]
public sealed class BadScheduleTests
{
    private static IEnumerable<TestCaseData> Arguments =>
    [
        Bad("to", "empty window", () => Cosine(from: 5.Epochs(), to: 5.Epochs())),
        Bad("to", "end before begin", () => Exponential(0.9, from: 5.Updates(), to: 4.Updates())),
        Bad("from", "negative begin", () => Cosine(from: (-1).Epochs())),
        Bad("milestones", "unsorted milestones", () => MultiStep([5.Epochs(), 3.Epochs()])),
        Bad("milestones", "negative milestone", () => MultiStep([(-1).Epochs(), 3.Epochs()])),
        Bad("milestones", "unsorted milestones of STMixer", () => StMixerSchedule.WarmupMultiStep([9.Updates(), 4.Updates()], 2.Updates())),
        Bad("milestones", "milestones of a sequence", () => Sequence([5.Epochs()], Hold(0.Epochs()))),
        Bad("method", "unknown warm-up method", () => StMixerSchedule.WarmupMultiStep([9.Updates()], 2.Updates(), method: (WarmupMethod)7)),
        Bad("startFactor", "zero start factor", () => LinearWarmup(5.Epochs(), startFactor: 0)),
        Bad("startFactor", "start factor above 1", () => Linear(1.5, 1, 0.Epochs())),
        Bad("startFactor", "start factor not a number", () => Linear(double.NaN, 1, 0.Epochs())),
        Bad("endFactor", "negative end factor", () => Linear(0.5, -1, 0.Epochs())),
        Bad("factor", "zero constant", () => Constant(0, 0.Epochs())),
        Bad("gamma", "zero gamma", () => Exponential(0, 0.Epochs())),
        Bad("size", "zero step size", () => Step(0.Epochs())),
        Bad("length", "MAE run within its warm-up", () => MaeSchedule.Cosine(5.Epochs(), 5.Epochs())),
        Bad("length", "half cosine within its warm-up", () => StMixerSchedule.HalfPeriodCosine(5.Epochs(), 5.Epochs())),
        Bad("warmup", "table within its warm-up", () => BeitSchedule.CosineTable(5.Epochs(), Level.Zero, 6.Epochs())),
        Bad("period", "zero period", () => Cosine(0.Epochs(), period: 0.Epochs())),
        Bad("weights", "weights of other number", () => CosineRestarts([3.Epochs(), 4.Epochs()], [1])),
        Bad("multiplier", "shrinking restarts", () => WarmRestarts(3.Epochs(), 0.5)),
        Bad("power", "zero power", () => Polynomial(0, 0.Epochs())),
        Bad("RisingShare", "share above 1", () => OneCycle(Level.Ratio(1), 0.Epochs(), cycle: new OneCycleOptions { RisingShare = 1.5 })),
        Bad("mode", "unknown mode", () => Cyclic(Level.Zero, Level.Ratio(1), 4.Updates(), mode: (CyclicMode)9)),
        Bad("minimum", "exponential decay to 0", () => WarmupStableDecay(1.Epochs(), 5.Epochs(), 9.Epochs(), DecayShape.Exponential)),
        Bad("decayFrom", "decay within the warm-up", () => WarmupStableDecay(3.Epochs(), 2.Epochs(), 9.Epochs())),
        Bad("Factor", "plateau that does not reduce", () => Plateau(new PlateauOptions { Factor = 1 }, 0.Epochs())),
        Bad("Threshold", "negative threshold", () => Plateau(new PlateauOptions { Threshold = -1 }, 0.Epochs())),
        Bad("ofBase", "negative level", () => Level.Ratio(-1)),
        Bad("value", "infinite level", () => Level.Absolute(double.PositiveInfinity)),
        Bad("lower", "tangent downwards", () => TimmSchedule.Tanh(5.Epochs(), 3, -7)),
        Bad("length", "timm without length", () => TimmSchedule.Cosine(0.Epochs())),
        Bad("length", "run without length", () => new TrainingRun(0.Updates())),
        Bad("length", "run of no epoch", () => new TrainingRun(0.Epochs(), 5)),
        Bad("batchesPerEpoch", "zero epoch length", () => new TrainingRun(10.Epochs(), 0)),
        Bad("length", "endless run", () => new TrainingRun(double.PositiveInfinity.Epochs(), 5)),
        Bad("length", "run of NaN epochs", () => new TrainingRun(double.NaN.Epochs(), 5)),
        Bad("accumulation", "zero accumulation", () => new TrainingRun(10.Epochs(), 10, accumulation: 0)),
    ];

    private static IEnumerable<TestCaseData> NotFinite =>
    [
        .. new[] { double.NaN, double.PositiveInfinity }.SelectMany(n => new[]
        {
            Bad("length", $"warm-up of {n}", () => LinearWarmup(n.Epochs())),
            Bad("length", $"quadratic warm-up of {n}", () => QuadraticWarmup(n.Epochs())),
            Bad("from", $"begin at {n}", () => Cosine(from: n.Epochs())),
            Bad("to", $"end at {n}", () => Cosine(0.Epochs(), to: n.Epochs())),
            Bad("period", $"period of {n}", () => Cosine(0.Epochs(), period: n.Epochs())),
            Bad("periods", $"restarts after {n}", () => CosineRestarts([n.Epochs()])),
            Bad("first", $"warm restart after {n}", () => WarmRestarts(n.Epochs())),
            Bad("milestones", $"milestone at {n}", () => MultiStep([n.Epochs()])),
            Bad("milestones", $"part after {n}", () => Sequence([n.Epochs()], Hold(0.Epochs()), Hold(0.Epochs()))),
            Bad("size", $"step size of {n}", () => Step(n.Epochs())),
            Bad("up", $"rise of {n}", () => Cyclic(Level.Zero, Level.Ratio(1), n.Epochs())),
            Bad("down", $"fall of {n}", () => Cyclic(Level.Zero, Level.Ratio(1), 1.Epochs(), n.Epochs())),
            Bad("length", $"cycle of {n}", () => OneCycle(Level.Ratio(1), 0.Epochs(), length: n.Epochs())),
            Bad("warmup", $"stable after {n}", () => WarmupStableDecay(n.Epochs(), 2.Epochs(), 3.Epochs())),
            Bad("decayFrom", $"decay from {n}", () => WarmupStableDecay(1.Epochs(), n.Epochs(), 3.Epochs())),
            Bad("to", $"decay up to {n}", () => WarmupStableDecay(1.Epochs(), 2.Epochs(), n.Epochs())),
            Bad("length", $"polynomial over {n}", () => TorchPolynomial(n.Epochs())),
        }),
    ];

    private static IEnumerable<TestCaseData> Bindings =>
    [
        Bound("the run has none", "epochs without epoch length", new TrainingRun(100.Updates()), LinearWarmup(5.Epochs())),
        Bound("holds no step", "a window shorter than an update", new TrainingRun(10.Epochs(), 5), Constant(0.5, 0.3.Epochs(), to: 0.35.Epochs())),
        Bound("lengths are in epochs", "updates stepped by epoch", new TrainingRun(10.Epochs(), 5),
            Cosine(5.Updates()) with { Stepping = Stepping.EveryEpoch }),
        Bound("has a cycle of 5 steps", "a cycle shorter than its window", new TrainingRun(10.Updates()),
            OneCycle<Updates>(Level.Ratio(1), default, length: 5.Updates())),
        Bound("states 3 values", "a level of other groups", new TrainingRun(10.Updates()),
            Cosine<Updates>(default, minimum: Level.PerGroup(1e-5, 1e-5, 1e-5))),
        Bound("has no momentum", "nothing to drive", new TrainingRun(10.Updates()),
            Cosine<Updates>(default) with { Target = Hyperparameter.Momentum }),
    ];

    [TestCaseSource(nameof(Arguments)), TestCaseSource(nameof(NotFinite))]
    public void NamesTheArgument(string argument, Func<object> make)
    {
        var error = Assert.Catch<ArgumentException>(() => make());
        Assert.That(error!.ParamName, Is.EqualTo(argument));
    }

    [TestCaseSource(nameof(Bindings))]
    public void NamesTheScheduleThatDoesNotFitTheRun(string message, TrainingRun run, Schedule schedule) =>
        Assert.That(
            () => ScheduleTable.Evaluate([new("a", 1e-3), new("b", 1e-4)], run, schedule),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));

    private static TestCaseData Bad(string argument, string name, Func<object> make) =>
        new TestCaseData(argument, make).SetArgDisplayNames(name);

    private static TestCaseData Bound(string message, string name, TrainingRun run, Schedule schedule) =>
        new TestCaseData(message, run, schedule).SetArgDisplayNames(name);
}
