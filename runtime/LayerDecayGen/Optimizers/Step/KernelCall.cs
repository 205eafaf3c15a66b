using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Tensors that go through the native unit in one call: a whole binding, a part of it, or those that have gradients.</summary>
internal sealed class KernelCall
{
    private readonly OptimizerSpec _spec;
    private readonly StepBackend _backend;
    private readonly Tensor[]? _masters;
    private readonly int[] _members;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _gradients;
    private readonly KernelArguments _arguments;

    public KernelCall(OptimizerSpec spec, StepBackend backend, int[] members, Tensor[] parameters, Tensor[]? masters, Tensor[][] slots, StepCounters? counters)
    {
        (_spec, _backend, _members) = (spec, backend, members);
        _masters = masters is null ? null : Take(masters);
        _parameters = Take(parameters);
        _gradients = new Tensor[members.Length];
        List<object> lists = [_parameters, _gradients, .. slots.Select(s => s.Length == 0 ? s : Take(s))];
        if (counters is not null)
        {
            var steps = Take(counters.Each);
            lists.Add(steps);
            lists.Add(counters.Count(steps));
        }

        _arguments = new KernelArguments([.. lists]);
    }

    public void Call(OptimizerOptions options, StepState phase, Tensor?[] gradients, double halfFactor)
    {
        for (var i = 0; i < _members.Length; i++) _gradients[i] = gradients[_members[i]]!;
        _arguments.Restart();
        _spec.Write(_backend, options, phase, _arguments);
        if (_masters is not null) CallOnMasters(halfFactor);
        else
        {
            if (halfFactor != 1) TensorLists.Multiply(_gradients, halfFactor);
            NativeUnit.Call(_spec.Function(_backend), _arguments.Arguments);
        }

        Array.Clear(_gradients);
    }

    // The update is worked out on the float32 masters and rounded into the parameters. A parameter that was changed since, by loaded
    // weights or by hand, gives its master anew.
    private void CallOnMasters(double halfFactor)
    {
        NativeUnit.Call("follow", _masters!, _parameters);
        var gradients = NativeUnit.Widen(_gradients);
        if (halfFactor != 1) TensorLists.Multiply(gradients, halfFactor);
        var arguments = (object[])_arguments.Arguments.Clone();
        (arguments[0], arguments[1]) = (_masters!, gradients);
        NativeUnit.Call(_spec.Function(_backend), arguments);
        NativeUnit.Copy(_parameters, _masters!);
        foreach (var wide in gradients) wide.Dispose();
    }

    private Tensor[] Take(Tensor[] from) => Array.ConvertAll(_members, i => from[i]);
}
