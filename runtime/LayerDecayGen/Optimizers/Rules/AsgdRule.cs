using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.ASGD;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// Averaged SGD (Polyak and Juditsky 1992; torch.optim.ASGD). The step size of an update is the one that the update before worked out, and
/// the first one's is the learning rate at creation.
/// </summary>
internal sealed class AsgdRule : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 1;

    public override string Function(Kernel kernel) => "asgd";

    protected override ref Tensor? Slot(Stock.State state, int slot) => ref state.ax!;

    protected override Phase PhaseOf(Stock.State state) => new(state.step, state.eta, state.mu);

    protected override void Advance(Stock.State state, Stock.Options options)
    {
        var (rate, decay) = (options.LearningRate!.Value, options.lambd!.Value);
        state.step++;
        state.eta = rate / Math.Pow(1 + decay * rate * state.step, options.alpha!.Value);
        state.mu = 1 / Math.Max(1, state.step - options.t0!.Value);
    }

    protected override void Write(Kernel kernel, Stock.Options options, Phase phase, CallNumbers numbers) =>
        numbers.Add(1 - options.lambd!.Value * phase.First).Add(-phase.First).Add(options.weight_decay!.Value).Add(phase.Second)
            .Add(options.maximize!.Value);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => (to.step, to.eta, to.mu) = (from.step, from.eta, from.mu);
}
