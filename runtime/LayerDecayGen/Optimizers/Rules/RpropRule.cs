using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.Rprop;

namespace LayerDecayGen;

/// <summary>
/// Rprop (Riedmiller and Braun 1993; torch.optim.Rprop): it has no weight decay, and a gradient that changed its sign is left out.
/// </summary>
internal sealed class RpropRule : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 2;

    public override bool Splits(Kernel kernel) => false;

    public override string Function(Kernel kernel) => "rprop";

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.prev!;
        return ref state.step_size!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(options.etaminus!.Value).Add(options.etaplus!.Value).Add(options.min_step!.Value).Add(options.max_step!.Value)
            .Add(options.maximize!.Value);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
