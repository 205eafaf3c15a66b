using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>mmengine's OneCycleLR replaces the base value of the schedules listed after it. Here it does not, and that is said.</summary>
public sealed class OneCycleBaseTests
{
    private static readonly ScheduledGroup[] Groups = [new("w", 0.1)];
    private static readonly TrainingRun Run = new(20.Updates());
    private static readonly Schedule Cycle = OneCycle(Level.Absolute(0.1), from: 0.Updates(), to: 10.Updates());
    private static readonly Schedule Fall = Cosine(from: 10.Updates(), to: 20.Updates(), minimum: Level.Ratio(0.1));

    [Test]
    public void AScheduleAfterACycleIsReported() => Assert.That(Warnings(Cycle, Fall), Has.Exactly(1).Contains("OneCycle comes before Cosine"));

    [Test]
    public void ACycleAloneOrLastIsNot() => Assert.That(Warnings(Cycle).Concat(Warnings(Fall, Cycle)), Has.None.Contains("comes before"));

    [Test]
    public void ASchedulesOfAnotherHyperparameterIsNot()
    {
        var decay = Linear(1, 0.5, 0.Updates()) with { Target = Hyperparameter.WeightDecay };
        Assert.That(Warnings(Cycle, decay), Has.None.Contains("comes before"));
    }

    private static IReadOnlyList<string> Warnings(params Schedule[] schedules) =>
        ScheduleTable.Evaluate([.. Groups.Select(g => g with { WeightDecay = 0.1 })], Run, schedules).Check(ScheduleChecks.None);
}
