using LayerDecayGen.Interop;

namespace LayerDecayGen.Tests.Interop;

/// <summary>Accumulation of a configuration is part of its run.</summary>
public sealed class AccumulationImportTests
{
    private const string Start = "optim_wrapper = dict(accumulative_counts=4, optimizer=dict(type='AdamW', lr=0.001, weight_decay=0.05))\n";

    [Test]
    public void EpochsAndIterationsAreBatches()
    {
        // Two epochs of ten batches are 20 batches, five updates; 18 iterations are four full windows and one of two.
        Assert.That(MMEngineImport.Read(Start + "train_cfg = dict(max_epochs=2)").ToRun(10)!.Length.Count, Is.EqualTo(5));
        Assert.That(MMEngineImport.Read(Start + "train_cfg = dict(max_iters=18)").ToRun()!.Length.Count, Is.EqualTo(5));
        Assert.That(MMEngineImport.Read(Start + "train_cfg = dict(max_iters=18)").ToRun(10)!.Batches, Is.EqualTo(18));
    }

    [Test]
    public void SchedulersThatStepEveryIterationAreRefused()
    {
        var import = MMEngineImport.Read(Start + "param_scheduler = [dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=100)]");
        Assert.That(() => import.ToSchedules(), Throws.TypeOf<PlanException>().With.Message.Contains("accumulative_counts is 4"));
        Assert.That(MMEngineImport.Read(Start + "param_scheduler = [dict(type='LinearLR', start_factor=0.1, end=3)]").ToSchedules(), Has.Length.EqualTo(1));
    }

    [Test]
    public void ACountThatIsNoneIsNamed() =>
        Assert.That(
            () => MMEngineImport.Read(Start.Replace("=4", "=0") + "train_cfg = dict(max_iters=18)").ToRun(),
            Throws.TypeOf<PlanException>().With.Message.Contains("accumulative_counts is 0"));
}
