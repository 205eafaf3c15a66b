using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>
/// A <see cref="ScheduleSet"/> behind TorchSharp's scheduler interface. The base class writes learning rates and answers
/// <c>get_last_lr</c>; it asks for rates exactly once a step, which is where the set advances.
/// </summary>
internal sealed class ScheduleSetScheduler(Optimizer optimizer, ScheduleSet schedules) : lr_scheduler.LRScheduler(optimizer)
{
    private readonly IEnumerable<ILearningRateController> _groups = optimizer.ParamGroups;
    private int _jump;

    public override void step(int? epoch)
    {
        _jump = epoch ?? 0;
        base.step(epoch);
    }

    public override void step(double current, int? epoch = null)
    {
        step(epoch);
        schedules.Report(current);
    }

    protected override IEnumerable<double> get_lr()
    {
        schedules.Step();
        return Rates();
    }

    protected override IEnumerable<double> get_closed_form_lr()
    {
        schedules.JumpTo(_jump.Updates());
        return Rates();
    }

    private double[] Rates() => [.. _groups.Select(g => g.LearningRate)];
}
