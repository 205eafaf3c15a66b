using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019; torch.optim.AdamW).</summary>
internal sealed class AdamWRule : UpdateRule
{
    public override int Slots => 3;

    public override bool Uses(OptimizerOptions options, int slot) => slot < 2 || ((Stock.Options)options).amsgrad == true;

    public override ref Tensor? Slot(OptimizerState state, int slot)
    {
        var of = (Stock.State)state;
        if (slot == 0) return ref of.exp_avg!;
        if (slot == 1) return ref of.exp_avg_sq!;
        return ref of.max_exp_avg_sq!;
    }

    public override ref long Step(OptimizerState state) => ref ((Stock.State)state).step;

    public override string? FusedObstacle(DeviceType device) => FusedDevices.CpuCudaAndMps(device);

    public override OptimizerState NewState(Parameter parameter, OptimizerOptions options)
    {
        var state = new Stock.State(parameter);
        state.Initialize(options);
        return state;
    }

    public override int Numbers(Kernel kernel) => kernel == Kernel.Fused ? 7 : 10;

    public override string Function(Kernel kernel) => kernel == Kernel.Fused ? "adamw_fused" : "adamw_foreach";

    public override void Write(Kernel kernel, OptimizerOptions options, long step, CallNumbers arguments)
    {
        var o = (Stock.Options)options;
        var (lr, beta1, beta2, decay, eps) = (o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.weight_decay!.Value, o.eps!.Value);
        if (kernel == Kernel.Fused)
            arguments.Add(lr).Add(beta1).Add(beta2).Add(decay).Add(eps);
        else
            arguments.Add(1 - lr * decay).Add(beta1).Add(1 - beta1).Add(beta2).Add(1 - beta2).Add(Math.Sqrt(1 - Math.Pow(beta2, step))).Add(eps)
                .Add(-lr / (1 - Math.Pow(beta1, step)));
        arguments.Add(o.amsgrad!.Value).Add(o.maximize!.Value);
    }
}
