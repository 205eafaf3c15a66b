using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.Adamax;

namespace LayerDecayGen;

/// <summary>
/// Adamax (Kingma and Ba 2015, section 7.1; torch.optim.Adamax). TorchSharp's options have no maximize, so it is one for the optimizer.
/// </summary>
internal sealed class AdamaxRule(bool maximize) : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 2;

    public override string Function(Kernel kernel) => "adamax";

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.exp_avg!;
        return ref state.exp_inf!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(-options.LearningRate!.Value / (1 - Math.Pow(options.beta1!.Value, phase.Step + 1)))
            .Add(options.beta1!.Value).Add(options.beta2!.Value).Add(options.eps!.Value).Add(options.weight_decay!.Value).Add(maximize);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
