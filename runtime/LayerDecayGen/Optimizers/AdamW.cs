using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// TorchSharp's AdamW with the step on LibTorch's fused kernel: one call a group. Groups, options, state, <c>state_dict</c>, saving and
/// loading are TorchSharp's own, so that its schedulers work on it and its checkpoints can be exchanged with a stock AdamW's.
/// </summary>
/// <remarks>
/// A graph that was built before a step and is run backward after it sees the new weights: the kernel's write is invisible to autograd's
/// version check.
/// </remarks>
public sealed class AdamW : TorchSharp.Modules.AdamW, IGroupOptimizer
{
    private readonly StepEngine? _engine;

    internal AdamW(GroupSources sources, IEnumerable<ParamGroup> groups, Options defaults, StepOptions step)
        : base(
            groups, defaults.LearningRate!.Value, defaults.beta1!.Value, defaults.beta2!.Value, defaults.eps!.Value, defaults.weight_decay!.Value,
            defaults.amsgrad!.Value, defaults.maximize!.Value) =>
        _engine = new StepEngine(new AdamWRule(), _parameter_groups, _state, sources, step);

    /// <inheritdoc/>
    public IReadOnlyList<KernelChoice> Kernels => _engine!.Kernels;

    /// <inheritdoc/>
    public void Rebind() => _engine!.Rebind();

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Evaluates the model again and returns the loss; optional.</param>
    /// <returns>The closure's loss; null without one.</returns>
    /// <exception cref="InvalidOperationException">A parameter was moved, or a gradient does not fit it. Nothing has been
    /// changed.</exception>
    public override Tensor? step(Func<Tensor>? closure = null) => _engine!.IsStock ? base.step(closure) : _engine.Step(closure);

    /// <inheritdoc/>
    public override void add_param_group(TorchSharp.Modules.ParamGroup param_group)
    {
        _engine?.RefuseKnown(param_group);
        base.add_param_group(param_group);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _engine?.Dispose();
        base.Dispose(disposing);
    }
}
