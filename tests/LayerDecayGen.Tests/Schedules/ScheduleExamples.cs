using static LayerDecayGen.Schedule;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>The code of docs/schedules.md: what stands between two markers stands there word for word.</summary>
internal static class ScheduleExamples
{
    public static void Drive(Optimizer optimizer, IEnumerable<int> batches)
    {
        // <drive>
        var run = new TrainingRun(50.Epochs(), batchesPerEpoch: 120);
        var schedules = new ScheduleSet(optimizer, run,
            LinearWarmup(5.Epochs()),
            Cosine(from: 5.Epochs(), to: 50.Epochs(), minimum: Level.Ratio(0.01)));

        foreach (var batch in batches)
        {
            // forward, backward
            optimizer.step();
            schedules.Step();          // after every optimizer update
        }
        // </drive>
    }

    public static (TrainingRun Run, Schedule[] Schedules) First(long batchesPerEpoch)
    {
        // <tutorial-1>
        var run = new TrainingRun(12.Epochs(), batchesPerEpoch);
        Schedule[] schedules =
        [
            LinearWarmup(50.Updates(), startFactor: 0.001),
            MultiStep([8.Epochs(), 11.Epochs()], gamma: 0.1) with { Stepping = Stepping.EveryEpoch },
        ];
        // </tutorial-1>
        return (run, schedules);
    }

    public static (TrainingRun Run, Schedule[] Schedules) Second(long batchesPerEpoch)
    {
        // <tutorial-2>
        var run = new TrainingRun(20.Epochs(), batchesPerEpoch);
        Schedule[] schedules =
        [
            LinearWarmup(10.Epochs(), startFactor: 0.001),
            Cosine(from: 10.Epochs()) with { Stepping = Stepping.EveryEpoch },
        ];
        // </tutorial-2>
        return (run, schedules);
    }

    // <own>
    private sealed class Exponential(double gamma) : IScheduleFunction
    {
        public double Factor(long update, ScheduledGroup group) => Math.Pow(gamma, update);
    }
    // </own>

    public static ScheduleSet Own(Optimizer optimizer, TrainingRun run)
    {
        // <own-use>
        var schedules = new ScheduleSet(optimizer, run, Custom(new Exponential(0.999)));
        // </own-use>
        return schedules;
    }

    public static IReadOnlyList<string> Ahead(IReadOnlyList<ScheduledGroup> groups, TrainingRun run)
    {
        // <ahead>
        var table = ScheduleTable.Evaluate(groups, run, LinearWarmup(5.Epochs()), Cosine(from: 5.Epochs()));
        var last = table.Row(Hyperparameter.LearningRate, run.Length.Count - 1);   // one value a group
        var warnings = table.Check();                                              // throws what is wrong, returns what to know
        // </ahead>
        return last.IsEmpty ? [] : warnings;
    }

    public static void Save(ScheduleSet schedules, ScheduleSet resumed)
    {
        // <state>
        var json = schedules.SaveState().ToJson();
        resumed.LoadState(ScheduleState.FromJson(json));
        // </state>
    }

    public static void GoOn(ScheduleSet schedules)
    {
        // <extend>
        schedules.Extend(schedules.Run.ExtendedTo(80.Epochs()));
        // </extend>
    }

    public static Schedule[] Momentum()
    {
        // <targets>
        Schedule[] schedules =
        [
            OneCycle(Level.Ratio(1), from: 0.Epochs()),
            OneCycleMomentum(Level.Absolute(0.85), Level.Absolute(0.95), from: 0.Epochs()),
            Cosine(from: 0.Epochs(), minimum: Level.Absolute(0.2)) with { Target = Hyperparameter.WeightDecay },
        ];
        // </targets>
        return schedules;
    }

    public static Schedule[] Composed()
    {
        // <sequence>
        var schedules = Sequence([5.Epochs()],
            Linear(0.1, 1, from: 0.Epochs(), to: 5.Epochs()),
            WarmRestarts(first: 10.Epochs(), multiplier: 2));
        // </sequence>
        return schedules;
    }
}
