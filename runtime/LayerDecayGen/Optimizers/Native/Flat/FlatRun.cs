using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>A piece of the flat buffers whose parameters are all in one phase: one tensor of everything, stepped by one call.</summary>
internal sealed class FlatRun : IDisposable
{
    private readonly UpdateRule _rule;
    private readonly Kernel _kernel;
    private readonly int _first;
    private readonly Tensor[] _tensors;
    private readonly StepCounters? _counters;
    private readonly Tensor[] _gradients;
    private readonly Slice? _lists;
    private readonly CallNumbers? _packed;
    private readonly string _function;

    /// <param name="rule">The rule.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="widens">Whether the update is worked out in float32 for half-precision parameters.</param>
    /// <param name="first">The first parameter, whose phase is that of all.</param>
    /// <param name="steps">How often the parameters were stepped.</param>
    /// <param name="tensors">Parameters, gradients, and state; null for state that is not used.</param>
    public FlatRun(UpdateRule rule, Kernel kernel, bool widens, int first, long steps, Tensor?[] tensors)
    {
        (_rule, _kernel, _first) = (rule, kernel, first);
        _tensors = [.. tensors.OfType<Tensor>()];
        _gradients = [tensors[1]!];
        _counters = kernel == Kernel.Fused && rule.CountsNatively ? new StepCounters(tensors[0]!, [steps]) : null;
        _function = rule.Function(kernel) + "_flat";
        if (rule.IsOnePass(kernel) && !widens)
            _packed = new CallNumbers([_tensors[..1], _counters is null ? _tensors[1..] : [.. _tensors[1..], _counters.Each[0]]]);
        else _lists = new Slice(rule, kernel, widens, [0], [tensors[0]!], [.. tensors[2..].Select(t => t is null ? Array.Empty<Tensor>() : [t])], _counters);
    }

    public void Call(OptimizerOptions options, OptimizerState[] states)
    {
        var phase = _rule.PhaseOf(states[_first]);
        if (_packed is null)
        {
            _lists!.Call(options, phase, _gradients);
            return;
        }

        if (_counters is not null) Count(_counters.Each[0], phase.Step + 1);
        _packed.Restart();
        _rule.Write(_kernel, options, phase, _packed);
        NativeUnit.Call(_function, _packed.Arguments);
    }

    // On the host a number is written in a fraction of the time that an operator takes for it.
    private static void Count(Tensor counter, long steps)
    {
        if (counter.device_type == DeviceType.CPU) MemoryMarshal.Write(counter.bytes, (float)steps);
        else counter.fill_(steps.ToScalar());
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors) tensor.Dispose();
        _counters?.Dispose();
    }
}
