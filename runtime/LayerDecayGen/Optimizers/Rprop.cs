using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// TorchSharp's Rprop with the step on LibTorch's list operators: a few calls a group. Groups, options, state, <c>state_dict</c>, saving
/// and loading are TorchSharp's own, so that its schedulers work on it and its checkpoints can be exchanged with a stock Rprop's.
/// </summary>
/// <remarks>
/// A graph that was built before a step and is run backward after it sees the new weights: the native write is invisible to autograd's
/// version check.
/// </remarks>
public sealed class Rprop : TorchSharp.Modules.Rprop, IGroupOptimizer
{
    private readonly StepEngine? _engine;

    internal Rprop(GroupSources sources, Options defaults, Func<GroupSource, Options> options, StepOptions? step)
        : base(
            sources.Groups.Select(s => new ParamGroup([.. s.Parameters()], options(s))),
            defaults.LearningRate!.Value, etaminus: defaults.etaminus!.Value, etaplus: defaults.etaplus!.Value,
            min_step: defaults.min_step!.Value, max_step: defaults.max_step!.Value, maximize: defaults.maximize!.Value) =>
        _engine = new StepEngine(new RpropRule(), _parameter_groups, _state, sources, step);

    /// <inheritdoc/>
    public IReadOnlyList<KernelChoice> Kernels => _engine!.Kernels;

    /// <inheritdoc/>
    public IReadOnlyList<ParameterGroup> Groups => _engine!.Groups;

    /// <inheritdoc/>
    public IReadOnlyList<double>? HalfGradientFactors { get => _engine!.HalfGradientFactors; set => _engine!.HalfGradientFactors = value; }

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Masters => _engine!.Masters;

    /// <inheritdoc/>
    public void Rebind() => _engine!.Rebind();

    /// <inheritdoc cref="IGroupOptimizer.zero_grad"/>
    public override void zero_grad()
    {
        _engine!.EnsureUsable();
        base.zero_grad();
    }

    /// <inheritdoc cref="IGroupOptimizer.step"/>
    public override Tensor? step(Func<Tensor>? closure = null) => _engine!.IsStock ? base.step(closure) : _engine.Step(closure);

    /// <inheritdoc/>
    public override void add_param_group(TorchSharp.Modules.ParamGroup param_group)
    {
        _engine?.RefuseKnown(param_group);
        base.add_param_group(param_group);
    }
}
