using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using StockAdam = TorchSharp.Modules.Adam;
using StockAdamW = TorchSharp.Modules.AdamW;

namespace LayerDecayGen;

/// <summary>Adam with L2 weight decay (Kingma and Ba 2015; torch.optim.Adam).</summary>
internal sealed class AdamRule : UpdateRule<StockAdam.Options, StockAdam.State>
{
    protected override Kernel Fastest(StockAdam.Options options) => Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override bool CountsNatively => true;

    public override int Slots => 3;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "adam_fused" : "adam_foreach";

    protected override bool Uses(StockAdam.Options options, int slot) => slot < 2 || options.amsgrad == true;

    protected override ref Tensor? Slot(StockAdam.State state, int slot)
    {
        if (slot == 0) return ref state.exp_avg!;
        if (slot == 1) return ref state.exp_avg_sq!;
        return ref state.max_exp_avg_sq!;
    }

    protected override StepState PhaseOf(StockAdam.State state) => new(state.step);

    protected override void Advance(StockAdam.State state, StockAdam.Options options) => state.step++;

    protected override void Write(Kernel kernel, StockAdam.Options options, StepState phase, CallNumbers numbers) =>
        new AdamNumbers(
            options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.weight_decay!.Value, options.eps!.Value).Write(kernel, phase, numbers).Add(options.amsgrad!.Value).Add(options.maximize!.Value);

    protected override StockAdam.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(StockAdam.State from, StockAdam.State to) => to.step = from.step;
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019; torch.optim.AdamW).</summary>
internal sealed class AdamWRule : UpdateRule<StockAdamW.Options, StockAdamW.State>
{
    protected override Kernel Fastest(StockAdamW.Options options) => Kernel.Fused;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override bool CountsNatively => true;

    public override int Slots => 3;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "adamw_fused" : "adamw_foreach";

    protected override bool Uses(StockAdamW.Options options, int slot) => slot < 2 || options.amsgrad == true;

    protected override ref Tensor? Slot(StockAdamW.State state, int slot)
    {
        if (slot == 0) return ref state.exp_avg!;
        if (slot == 1) return ref state.exp_avg_sq!;
        return ref state.max_exp_avg_sq!;
    }

    protected override StepState PhaseOf(StockAdamW.State state) => new(state.step);

    protected override void Advance(StockAdamW.State state, StockAdamW.Options options) => state.step++;

    protected override void Write(Kernel kernel, StockAdamW.Options options, StepState phase, CallNumbers numbers) =>
        new AdamNumbers(
            options.LearningRate!.Value, options.beta1!.Value, options.beta2!.Value, options.weight_decay!.Value, options.eps!.Value).Write(kernel, phase, numbers).Add(options.amsgrad!.Value).Add(options.maximize!.Value);

    protected override StockAdamW.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(StockAdamW.State from, StockAdamW.State to) => to.step = from.step;
}

/// <summary>The numbers that Adam and AdamW share: plain for the fused kernel, worked out for the list operators.</summary>
internal readonly record struct AdamNumbers(double LearningRate, double Beta1, double Beta2, double WeightDecay, double Eps)
{
    public CallNumbers Write(Kernel kernel, StepState phase, CallNumbers numbers)
    {
        numbers.Add(LearningRate).Add(Beta1).Add(Beta2).Add(WeightDecay).Add(Eps);
        if (kernel == Kernel.Fused) return numbers;
        var (correction1, correction2) = (1 - Math.Pow(Beta1, phase.Step + 1), 1 - Math.Pow(Beta2, phase.Step + 1));
        return numbers.Add(Math.Sqrt(correction2)).Add(-LearningRate / correction1);
    }
}
