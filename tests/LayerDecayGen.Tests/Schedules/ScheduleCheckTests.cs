using LayerDecayGen.References;
using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>What the check says before anything trains: update, group and both values.</summary>
[TestFixture]
public sealed class ScheduleCheckTests
{
    private static readonly TrainingRun Run = new(10.Epochs(), batchesPerEpoch: 10);

    private static readonly ScheduledGroup[] Groups =
    [
        new("stem", 1e-4) { Momentum = 0.9, WeightDecay = 0 }, new("head", 1e-3) { Momentum = 0.9, WeightDecay = 0.05 },
    ];

    private static IEnumerable<TestCaseData> Good =>
    [
        Case("warm-up and cosine", LinearWarmup(2.Epochs()), Cosine(from: 2.Epochs(), to: 10.Epochs())),
        Case("warm-up alone", LinearWarmup(2.Epochs())),
        Case("a warm-up of one update", LinearWarmup(1.Updates()), Cosine(from: 1.Updates())),
        Case("step decay", LinearWarmup(2.Epochs()), MultiStep([4.Epochs(), 7.Epochs()]) with { Stepping = Stepping.EveryEpoch }),
        Case("a gap that is meant", LinearWarmup(2.Epochs()), Hold(from: 2.Epochs(), to: 6.Epochs()), Cosine(from: 6.Epochs())),
        Case("warm-up, stable, decay", WarmupStableDecay(1.Epochs(), 8.Epochs(), 10.Epochs())),
        Case("restarts", CosineRestarts([3.Epochs(), 7.Epochs()])),
        Case("MAE", MaeSchedule.Cosine(2.Epochs(), 10.Epochs(), Level.Scaled(1e-6))),
        Case("BEiT", BeitSchedule.CosineTable(10.Epochs(), Level.Scaled(1e-6), 2.Epochs())),
        Case("weight decay", Cosine(0.Epochs(), minimum: Level.Absolute(0.5)) with { Target = Hyperparameter.WeightDecay }),
        Case("one cycle", OneCycle(Level.Ratio(1), 0.Epochs()), OneCycleMomentum(Level.Absolute(0.85), Level.Absolute(0.95), 0.Epochs())),
        Case("a jump that is asked for", LinearWarmup(2.Epochs()), Linear(0.1, 1, from: 2.Epochs()) with { AllowJumps = true }),
        Case("STMixer corrected", StMixerSchedule.HalfPeriodCosine(2.Epochs(), 10.Epochs())),
        Case("STMixer as it is", StMixerSchedule.HalfPeriodCosine(5.Epochs(), 10.Epochs(), parity: true)),
        Case("a warm-up over a cosine", LinearWarmup(2.Epochs()), Cosine(from: 0.Epochs()) with { Stepping = Stepping.EveryEpoch }),
    ];

    private static IEnumerable<TestCaseData> Bad =>
    [
        Case("jump", Linear(0.1, 1, from: 3.Epochs()))
            .Returns("At update 30 the learning rate of group 'stem' goes from 0.0001 to 1E-05, a jump by more than the factor 2 allowed: "
                + "let schedules meet at one value, or set AllowJumps."),
        Case("foreign jump", Lambda((update, _) => update < 7 ? 1 : 0.25, 0.Updates()))
            .Returns("At update 7 the learning rate of group 'stem' goes from 0.0001 to 2.5E-05, a jump by more than the factor 2 allowed: "
                + "let schedules meet at one value, or set AllowJumps."),
        Case("negative", Lambda((update, _) => 1 - 0.5 * update, 0.Updates()) with { AllowJumps = true })
            .Returns("At update 3 the learning rate of group 'stem' goes from 0 to -5E-05; it has to be finite and at least 0."),
        Case("not a number", Lambda((update, group) => group.Name == "head" && update == 2 ? double.NaN : 1, 0.Updates()))
            .Returns("At update 2 the learning rate of group 'head' goes from 0.001 to NaN; it has to be finite and at least 0."),
        Case("gap", LinearWarmup(2.Epochs()), Cosine(from: 5.Epochs()))
            .Returns("No schedule drives the learning rate from update 20, where LinearWarmup ends, to update 50, where Cosine begins: "
                + "fill the gap, with Hold if the value should stay."),
        Case("warm-up as long as the run", LinearWarmup(10.Epochs()))
            .Returns("The warm-up LinearWarmup ends at update 100 and the run at 100: make it shorter than the run."),
        Case("end after the run", Cosine(0.Epochs(), to: 12.Epochs()))
            .Returns("Cosine ends at update 120, but the run at 100: it is cut off there."),
        Case("warm-up that never arrives", StMixerSchedule.WarmupMultiStep([3.Epochs()], warmup: 5.Epochs(), gamma: 0.5))
            .Returns(null),
    ];

    [TestCaseSource(nameof(Good))]
    public void LetsPass(Schedule[] schedules) => Assert.That(() => ScheduleTable.Evaluate(Groups, Run, schedules).Check(), Throws.Nothing);

    [TestCaseSource(nameof(Bad))]
    public string? SaysWhatIsWrong(Schedule[] schedules)
    {
        var error = Assert.Throws<ArgumentException>(() => ScheduleTable.Evaluate(Groups, Run, schedules).Check())!;
        Assert.That(() => ScheduleTable.Evaluate(Groups, Run, schedules).Check(ScheduleChecks.None), Throws.Nothing);
        var message = error.Message.Replace(" (Parameter 'schedules')", "");
        if (!message.Contains("never reaches")) return message;
        Assert.That(message,
            Does.StartWith("The learning rate of group 'stem' never reaches its base value 0.0001: its largest is ").And.EndWith(
                " at the last update."));
        return null;
    }

    [Test]
    public void NamesDefectsOfReferences()
    {
        Assert.That(Warnings(StMixerSchedule.HalfPeriodCosine(2.Epochs(), 10.Epochs())), Has.Exactly(1).Contains("jumps there"));
        Assert.That(Warnings(StMixerSchedule.HalfPeriodCosine(2.Epochs(), 10.Epochs(), parity: true)), Has.Exactly(1).Contains("keeps STMixer's jump"));
        Assert.That(Warnings(Cosine(0.Epochs(), minimum: Level.Absolute(1e-6))), Has.Exactly(1).Contains("absolute learning rate"));
        Assert.That(Warnings(OneCycle(Level.Absolute(1e-3), 0.Epochs())), Has.Exactly(1).Contains("absolute learning rate"));
        Assert.That(Warnings(Cosine(0.Epochs(), minimum: Level.Scaled(1e-6))), Is.Empty);
        Assert.That(Warnings(Cosine(0.Epochs(), minimum: Level.Absolute(0.2)) with { Target = Hyperparameter.WeightDecay }), Is.Empty);
    }

    [Test]
    public void StMixersJumpIsCorrectedUnlessAskedFor()
    {
        var before = ScheduleTable.Evaluate(Groups, Run, StMixerSchedule.HalfPeriodCosine(5.Epochs(), 10.Epochs()));
        var parity = ScheduleTable.Evaluate(Groups, Run, StMixerSchedule.HalfPeriodCosine(5.Epochs(), 10.Epochs(), parity: true));
        Assert.That(before.Row(Hyperparameter.LearningRate, 50)[1], Is.EqualTo(1e-3));
        Assert.That(parity.Row(Hyperparameter.LearningRate, 50)[1], Is.EqualTo(0.5e-3).Within(1e-12).Percent);
    }

    private static IReadOnlyList<string> Warnings(Schedule schedule) => ScheduleTable.Evaluate(Groups, Run, schedule).Check();

    private static TestCaseData Case(string name, params Schedule[] schedules) => new TestCaseData([schedules]).SetArgDisplayNames(name);
}
