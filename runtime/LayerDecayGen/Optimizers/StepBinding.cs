using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// Parameters of one group, dtype and device with their state, checked once and kept as the arrays that the native side takes.
/// </summary>
internal sealed class StepBinding : IDisposable
{
    private readonly UpdateRule _rule;
    private readonly OptimizerOptions _options;
    private readonly Tensors _tensors;
    private readonly OptimizerState[] _states;
    private readonly long[] _steps;
    private readonly Tensor?[] _gradients;
    private readonly Slice _all;

    public StepBinding(UpdateRule rule, Kernel fastest, OptimizerOptions options, Tensors tensors, OptimizerState[] states)
    {
        (_rule, _options, _tensors, _states) = (rule, options, tensors, states);
        _steps = Array.ConvertAll(states, s => rule.Step(s));
        _gradients = new Tensor?[states.Length];
        Choice = Choose(fastest);
        _all = new Slice(rule, tensors.Parameters, [.. Enumerable.Range(0, rule.Slots).Select(Bound)], _steps);
    }

    /// <summary>What the step of these tensors runs on.</summary>
    public KernelChoice Choice { get; }

    private KernelChoice Choose(Kernel fastest)
    {
        var obstacle = fastest == Kernel.Foreach ? "as asked for" : _rule.FusedObstacle(_tensors.Device)
            ?? (_tensors.FirstStrided() is { } strided ? $"parameter '{strided}' is not contiguous in memory" : null);
        return new(obstacle is null ? Kernel.Fused : Kernel.Foreach, _tensors.Group, obstacle ?? "");
    }

    private Tensor[] Bound(int slot)
    {
        if (!_rule.Uses(_options, slot)) return [];
        return [.. _states.Select((state, i) =>
        {
            var tensor = _rule.Slot(state, slot) ??= zeros_like(_tensors.Parameters[i]).DetachFromDisposeScope();
            _tensors.CheckState(tensor, i);
            return tensor;
        })];
    }

    /// <summary>
    /// Whether the state is still the one that was bound: loading a state dictionary or moving the state puts other tensors in its place.
    /// </summary>
    public bool IsCurrent()
    {
        for (var i = 0; i < _steps.Length; i++)
            if (_steps[i] != _rule.Step(_states[i])) return false;
        for (var slot = 0; slot < _rule.Slots; slot++)
        {
            var bound = _all.Slots[slot];
            if (_rule.Uses(_options, slot) != bound.Length > 0) return false;
            for (var i = 0; i < bound.Length; i++)
                if (!ReferenceEquals(bound[i], _rule.Slot(_states[i], slot))) return false;
        }

        return true;
    }

    /// <summary>Takes the gradients of this step and checks every one of them. Throws before anything is changed.</summary>
    public void Collect() => _tensors.Collect(_gradients, contiguous: Choice.Kernel == Kernel.Fused);

    /// <summary>
    /// Updates the parameters that have a gradient. One that has none is skipped whole, and its step count does not advance.
    /// </summary>
    public void Update()
    {
        if (IsOneCall())
            _all.Call(Choice.Kernel, _options, _gradients!, _steps[0] + 1);
        else
            foreach (var members in Partition())
                _all.Subset(members).Call(Choice.Kernel, _options, Array.ConvertAll(members, i => _gradients[i]!), _steps[members[0]] + 1);
        for (var i = 0; i < _steps.Length; i++)
            if (_gradients[i] is not null) _rule.Step(_states[i]) = ++_steps[i];
    }

    private bool IsOneCall()
    {
        for (var i = 0; i < _steps.Length; i++)
            if (_gradients[i] is null || (Choice.Kernel != Kernel.Fused && _steps[i] != _steps[0])) return false;
        return true;
    }

    // The fused kernels read each parameter's step from a tensor. The list operators take one set of numbers a call, and those depend on
    // the step.
    private IEnumerable<int[]> Partition() =>
        Enumerable.Range(0, _gradients.Length).Where(i => _gradients[i] is not null)
            .GroupBy(i => Choice.Kernel == Kernel.Fused ? 0 : _steps[i], (_, members) => members.ToArray());

    /// <summary>Lets go of the gradients of this step.</summary>
    public void Release()
    {
        foreach (var gradient in _gradients) gradient?.Dispose();
        Array.Clear(_gradients);
    }

    public void Dispose() => _all.Dispose();
}
