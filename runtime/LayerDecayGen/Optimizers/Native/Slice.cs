using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Tensors that go through the native unit in one call: a whole binding, a part of it, or those that have gradients.</summary>
internal sealed class Slice
{
    private readonly UpdateRule _rule;
    private readonly Kernel _kernel;
    private readonly bool _widen;
    private readonly int[] _members;
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _gradients;
    private readonly CallNumbers _numbers;

    public Slice(UpdateRule rule, Kernel kernel, bool widen, int[] members, Tensor[] parameters, Tensor[][] slots, StepCounters? counters)
    {
        (_rule, _kernel, _widen, _members) = (rule, kernel, widen, members);
        _parameters = Take(parameters);
        _gradients = new Tensor[members.Length];
        List<object> lists = [_parameters, _gradients, .. slots.Select(s => s.Length == 0 ? s : Take(s))];
        if (counters is not null)
        {
            var steps = Take(counters.Each);
            lists.Add(steps);
            lists.Add(counters.Count(steps));
        }

        _numbers = new CallNumbers([.. lists]);
    }

    public void Call(OptimizerOptions options, StepState phase, Tensor?[] gradients)
    {
        for (var i = 0; i < _members.Length; i++) _gradients[i] = gradients[_members[i]]!;
        _numbers.Restart();
        _rule.Write(_kernel, options, phase, _numbers);
        if (_widen) CallWidened();
        else NativeUnit.Call(_rule.Function(_kernel), _numbers.Arguments);
        Array.Clear(_gradients);
    }

    // Half-precision parameters with float32 state: the update is worked out in float32 and rounded once.
    private void CallWidened()
    {
        var (parameters, gradients) = (NativeUnit.Widen(_parameters), NativeUnit.Widen(_gradients));
        var arguments = (object[])_numbers.Arguments.Clone();
        (arguments[0], arguments[1]) = (parameters, gradients);
        NativeUnit.Call(_rule.Function(_kernel), arguments);
        NativeUnit.Copy(_parameters, parameters);
        foreach (var wide in parameters.Concat(gradients)) wide.Dispose();
    }

    private Tensor[] Take(Tensor[] from) => Array.ConvertAll(_members, i => from[i]);
}
