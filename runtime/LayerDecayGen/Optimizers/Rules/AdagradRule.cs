using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.Adagrad;

namespace LayerDecayGen;

/// <summary>
/// Adagrad (Duchi et al. 2011; torch.optim.Adagrad). TorchSharp's options have no maximize, so it is one for the optimizer.
/// </summary>
internal sealed class AdagradRule(bool maximize) : UpdateRule<Stock.Options, Stock.State>
{
    protected override Kernel Fastest(Stock.Options options) => Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.Cpu(device);

    public override bool CountsNatively => true;

    public override int Slots => 1;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "adagrad_fused" : "adagrad_foreach";

    protected override ref Tensor? Slot(Stock.State state, int slot) => ref state.sum!;

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers)
    {
        var (rate, decay) = (options.LearningRate!.Value, options.lr_decay!.Value);
        if (kernel == Kernel.Fused) numbers.Add(rate).Add(decay);
        else numbers.Add(-rate / (1 + phase.Step * decay));
        numbers.Add(options.weight_decay!.Value).Add(options.eps!.Value).Add(maximize);
    }

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
