using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.SGD;

namespace LayerDecayGen;

/// <summary>
/// SGD with momentum (torch.optim.SGD). The first buffer of a parameter is its gradient, without dampening. With maximize the gradient is
/// negated before weight decay is added, as in PyTorch; TorchSharp negates the sum, so that decay makes its weights grow.
/// </summary>
internal sealed class SgdRule : UpdateRule<Stock.Options, Stock.State>
{
    protected override Kernel Fastest(Stock.Options options) => Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override int Slots => 1;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "sgd_fused" : "sgd_foreach";

    protected override bool Uses(Stock.Options options, int slot) => options.momentum != 0;

    protected override ref Tensor? Slot(Stock.State state, int slot) => ref state.momentum_buffer!;

    // TorchSharp counts no steps here: a buffer that is not there yet says that the next update is the first.
    protected override StepState PhaseOf(Stock.State state) => new(state.momentum_buffer is null ? 0 : 1);

    protected override void Advance(Stock.State state, Stock.Options options) { }

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(options.LearningRate!.Value).Add(options.momentum!.Value).Add(options.dampening!.Value).Add(options.weight_decay!.Value)
            .Add(options.nesterov!.Value).Add(options.maximize!.Value).Add(phase.Step == 0);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) { }
}
