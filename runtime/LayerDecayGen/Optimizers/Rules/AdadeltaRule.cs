using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.Adadelta;

namespace LayerDecayGen;

/// <summary>Adadelta (Zeiler 2012; torch.optim.Adadelta).</summary>
internal sealed class AdadeltaRule : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 2;

    public override bool Splits(Kernel kernel) => false;

    public override string Function(Kernel kernel) => "adadelta";

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.square_avg!;
        return ref state.acc_delta!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(options.LearningRate!.Value).Add(options.rho!.Value).Add(options.eps!.Value).Add(options.weight_decay!.Value)
            .Add(options.maximize!.Value);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
