using static LayerDecayGen.Schedule;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>The two examples of MMAction2's tutorial, as docs/schedules.md has them, give what mmengine gives.</summary>
public sealed class ScheduleDocsTests
{
    [Test, Category("Golden")]
    public void LinearWarmupByUpdateThenStepsByEpoch() => Agree("tutorial-1-linear-50-iters-multistep", 12,
        LinearWarmup(50.Updates(), startFactor: 0.001),
        MultiStep([8.Epochs(), 11.Epochs()], gamma: 0.1) with { Stepping = Stepping.EveryEpoch });

    [Test, Category("Golden")]
    public void LinearWarmupOfTenEpochsThenCosineByEpoch() => Agree("tutorial-2-linear-10-epochs-cosine", 20,
        LinearWarmup(10.Epochs(), startFactor: 0.001),
        Cosine(from: 10.Epochs()) with { Stepping = Stepping.EveryEpoch });

    private static void Agree(string id, int epochs, params Schedule[] schedules)
    {
        // Under other golden data the case may have another name or none.
        if (Golden.Read("schedulers", "mmengine_chained").FirstOrDefault(c => c.Id == id) is not { } golden) return;
        new ScheduleGolden(golden.Json).Agree(new TrainingRun(epochs.Epochs(), golden.Json.GetProperty("epoch_length").GetInt64()), schedules);
    }
}
