using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.RAdam;

namespace LayerDecayGen;

/// <summary>
/// RAdam (Liu et al. 2020; torch.optim.RAdam): the adaptive rate is rectified from the sixth degree of freedom on, and plain momentum
/// before. TorchSharp multiplies the rectified update by the learning rate twice; this follows PyTorch.
/// </summary>
internal sealed class RAdamRule : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 2;

    public override string Function(Kernel kernel) => "radam";

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.exp_avg!;
        return ref state.exp_avg_sq!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers)
    {
        var (beta1, beta2, step) = (options.beta1!.Value, options.beta2!.Value, phase.Step + 1);
        var (correction1, correction2) = (1 - Math.Pow(beta1, step), 1 - Math.Pow(beta2, step));
        var limit = 2 / (1 - beta2) - 1;
        var length = limit - 2 * step * Math.Pow(beta2, step) / correction2;
        var rectified = length > 5;
        var rectification = rectified
            ? Math.Sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length) * correction2)
            : 1;
        numbers.Add(beta1).Add(beta2).Add(options.eps!.Value).Add(options.weight_decay!.Value)
            .Add(-options.LearningRate!.Value / correction1 * rectification).Add(rectified);
    }

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
