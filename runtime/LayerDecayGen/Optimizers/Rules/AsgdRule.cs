using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.ASGD;

namespace LayerDecayGen;

/// <summary>
/// Averaged SGD (Polyak and Juditsky 1992; torch.optim.ASGD). The step size of an update is the one that the update before worked out, and
/// the first one's is the learning rate at creation.
/// </summary>
internal sealed class AsgdRule : UpdateRule<Stock.Options, Stock.State>
{
    protected override Kernel Fastest(Stock.Options options) => Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override bool IsOnePass(Kernel kernel) => false;

    public override int Slots => 1;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "asgd_fused" : "asgd_foreach";

    protected override ref Tensor? Slot(Stock.State state, int slot) => ref state.ax!;

    protected override StepState PhaseOf(Stock.State state) => new(state.step, state.eta, state.mu);

    protected override void Advance(Stock.State state, Stock.Options options)
    {
        var (rate, decay) = (options.LearningRate!.Value, options.lambd!.Value);
        state.step++;
        state.eta = rate / Math.Pow(1 + decay * rate * state.step, options.alpha!.Value);
        state.mu = 1 / Math.Max(1, state.step - options.t0!.Value);
    }

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(phase.First).Add(options.lambd!.Value).Add(options.weight_decay!.Value).Add(phase.Second)
            .Add(options.maximize!.Value);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => (to.step, to.eta, to.mu) = (from.step, from.eta, from.mu);
}
