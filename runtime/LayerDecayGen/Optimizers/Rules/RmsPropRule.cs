using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.RMSProp;

namespace LayerDecayGen;

/// <summary>RMSprop (Hinton's lecture 6e; torch.optim.RMSprop), centered (Graves 2013) and with momentum as options.</summary>
internal sealed class RmsPropRule : UpdateRule<Stock.Options, Stock.State>
{
    // LibTorch's Adam kernel has neither a variance nor a buffer of updates.
    protected override Kernel Fastest(Stock.Options options) =>
        options.momentum > 0 || options.centered == true ? Kernel.Foreach : Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override bool IsOnePass(Kernel kernel) => false;

    public override int Slots => 3;

    public override bool Splits(Kernel kernel) => false;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "rmsprop_fused" : "rmsprop_foreach";

    protected override bool Uses(Stock.Options options, int slot) =>
        slot switch { 1 => options.momentum > 0, 2 => options.centered == true, _ => true };

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.square_avg!;
        if (slot == 1) return ref state.momentum_buffer!;
        return ref state.grad_avg!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step);

    protected override void Advance(Stock.State state, Stock.Options options) => state.step++;

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers) =>
        numbers.Add(options.LearningRate!.Value).Add(options.alpha!.Value).Add(options.eps!.Value).Add(options.weight_decay!.Value)
            .Add(options.momentum!.Value).Add(options.centered!.Value).Add(options.maximize!.Value);

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => to.step = from.step;
}
