using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

/// <summary>Tensors that go through the native unit in one call: a whole binding, or the part of it that has gradients.</summary>
internal sealed class Slice : IDisposable
{
    private readonly UpdateRule _rule;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _steps;
    private readonly Tensor[] _count;
    private readonly bool _ownsCount;
    private Kernel _kernel;
    private object[] _arguments = [];
    private CallNumbers? _numbers;

    /// <summary>
    /// A whole binding. The step counters of a fused kernel are views of one tensor, so that counting them all is one addition.
    /// </summary>
    public Slice(UpdateRule rule, Tensor[] parameters, Tensor[][] slots, ReadOnlySpan<long> steps)
    {
        (_rule, _parameters, Slots, _ownsCount) = (rule, parameters, slots, true);
        using var scope = NewDisposeScope();
        using var onHost = tensor(steps.ToArray(), dtype: ScalarType.Float32);
        var counter = onHost.to(parameters[0].device).clone().DetachFromDisposeScope();
        _count = [counter];
        _steps = [.. Enumerable.Range(0, steps.Length).Select(i => counter[i].DetachFromDisposeScope())];
    }

    private Slice(Slice whole, int[] members)
    {
        _rule = whole._rule;
        _parameters = Take(whole._parameters, members);
        Slots = [.. whole.Slots.Select(s => s.Length == 0 ? s : Take(s, members))];
        _count = _steps = Take(whole._steps, members);
    }

    /// <summary>The state, one list a slot; an empty one where the group's options leave it out.</summary>
    public Tensor[][] Slots { get; }

    /// <summary>Some of the tensors, counted one by one.</summary>
    public Slice Subset(int[] members) => new(this, members);

    public void Call(Kernel kernel, TorchSharp.Modules.OptimizerOptions options, Tensor[] gradients, long step)
    {
        if (_numbers is null || kernel != _kernel) Prepare(kernel);
        _arguments[1] = gradients;
        _numbers!.Restart();
        _rule.Write(kernel, options, step, _numbers);
        NativeUnit.Invoke(_rule.Function(kernel), _arguments);
    }

    private void Prepare(Kernel kernel)
    {
        _kernel = kernel;
        object[] lists = kernel == Kernel.Fused ? [_parameters, _parameters, .. Slots, _steps, _count] : [_parameters, _parameters, .. Slots];
        _arguments = [.. lists, .. new object[_rule.Numbers(kernel)]];
        _numbers = new CallNumbers(_arguments, lists.Length);
    }

    private static Tensor[] Take(Tensor[] from, int[] members) => Array.ConvertAll(members, i => from[i]);

    public void Dispose()
    {
        if (!_ownsCount) return;
        foreach (var step in _steps) step.Dispose();
        _count[0].Dispose();
    }
}
