using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Parameters of one group, dtype and device with their state, checked once and kept as the lists of tensors that the native side takes.
/// </summary>
internal sealed class TensorBinding : IDisposable
{
    // Where a call passes over its tensors once per operator, parts that a processor's cache holds save most of the way to memory, and the
    // temporary tensors stay as small as a part.
    private const long ElementsPerPart = 1 << 20;

    private readonly OptimizerSpec _spec;
    private readonly OptimizerOptions _options;
    private readonly CheckedTensors _tensors;
    private readonly OptimizerState[] _states;
    private readonly Tensor[]? _masters;
    private readonly Tensor[][] _slots;
    private readonly long[] _steps;
    private readonly Tensor?[] _gradients;
    private readonly StepCounters? _counters;
    private readonly KernelCall[] _parts;

    public TensorBinding(OptimizerSpec spec, StepOptions how, OptimizerOptions options, CheckedTensors tensors, OptimizerState[] states, Tensor[]? masters)
    {
        (_spec, _options, _tensors, _states, _masters) = (spec, options, tensors, states, masters);
        _steps = Array.ConvertAll(states, s => spec.Read(s).Step);
        Choice = Choose(how.Backend);
        _gradients = new Tensor?[states.Length];
        _slots = [.. Enumerable.Range(0, spec.SlotCount).Select(Bound)];
        _counters = Choice.Backend == StepBackend.Fused && spec.CountsNatively ? new StepCounters(tensors.Parameters[0], _steps) : null;
        _parts = [.. Parts([.. Enumerable.Range(0, states.Length)])];
    }

    /// <summary>What the step of these tensors runs on.</summary>
    public BackendChoice Choice { get; }

    private ScalarType StateType => _tensors.StateType(_masters is not null);

    private long MostElements => _spec.IsOnePass(Choice.Backend) && _masters is null ? long.MaxValue : ElementsPerPart;

    /// <summary>
    /// Whether the state is still the one that was bound: loading a state dictionary or moving the state puts other tensors in its place.
    /// </summary>
    public bool IsCurrent()
    {
        for (var i = 0; i < _steps.Length; i++)
            if (!IsCurrent(i)) return false;
        return true;
    }

    /// <summary>Takes the gradients of this step and checks every one of them. Throws before anything is changed.</summary>
    public void Collect() => _tensors.Collect(_gradients, contiguous: Choice.Backend == StepBackend.Fused);

    /// <summary>
    /// Updates the parameters that have a gradient. One that has none is skipped whole, and its step count does not advance.
    /// </summary>
    /// <param name="halfFactor">The factor on half-precision gradients.</param>
    public void Update(double halfFactor)
    {
        var factor = _tensors.IsHalf ? halfFactor : 1;
        if (IsOnePhase())
            foreach (var part in _parts) part.Call(_options, _spec.Read(_states[0]), _gradients, factor);
        else
            foreach (var members in Phases())
                foreach (var part in Parts(members)) part.Call(_options, _spec.Read(_states[members[0]]), _gradients, factor);
        for (var i = 0; i < _states.Length; i++)
            if (_gradients[i] is not null) Advance(i);
    }

    /// <summary>Lets go of the gradients of this step.</summary>
    public void Release()
    {
        foreach (var gradient in _gradients) gradient?.Dispose();
        Array.Clear(_gradients);
    }

    public void Dispose() => _counters?.Dispose();

    private BackendChoice Choose(StepBackend fastest)
    {
        if (_spec.Fastest(_options) == StepBackend.Foreach) return new(StepBackend.Foreach, _tensors.Group, "");
        var obstacle = fastest == StepBackend.Foreach ? "as asked for" : _spec.FusedObstacle(_tensors.Device)
            ?? (_tensors.FirstStrided() is { } strided ? $"parameter '{strided}' is not contiguous in memory" : null);
        return new(obstacle is null ? StepBackend.Fused : StepBackend.Foreach, _tensors.Group, obstacle ?? "");
    }

    private Tensor[] Bound(int slot) => _spec.Uses(_options, slot)
        ? [.. _states.Select((state, i) => Checked(ref _spec.Slot(state, slot), i) ?? Fresh(i))]
        : [];

    private Tensor Fresh(int i) => zeros_like(_tensors.Parameters[i], dtype: StateType).DetachFromDisposeScope();

    /// <summary>A tensor of the state in the dtype of the binding, checked; null where the state does not have it yet.</summary>
    private Tensor? Checked(ref Tensor? tensor, int i)
    {
        if (tensor is null) return null;
        if (_tensors.IsHalf && tensor.dtype != StateType)
        {
            using var before = tensor;
            tensor = before.to(StateType).DetachFromDisposeScope();
        }

        _tensors.CheckState(tensor, i, _masters is not null);
        return tensor;
    }

    private bool IsCurrent(int i)
    {
        if (_steps[i] != _spec.Read(_states[i]).Step) return false;
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            var bound = _slots[slot];
            if (_spec.Uses(_options, slot) != bound.Length > 0) return false;
            if (bound.Length > 0 && (bound[i].IsInvalid || (_spec.Slot(_states[i], slot) is { } now && !ReferenceEquals(now, bound[i]))))
                return false;
        }

        return true;
    }

    // A tensor that the state does not have yet becomes its own with the first update, which is how a first update is recognised.
    private void Advance(int i)
    {
        _spec.Advance(_states[i], _options);
        for (var slot = 0; slot < _slots.Length; slot++)
            if (_slots[slot].Length > 0) _spec.Slot(_states[i], slot) ??= _slots[slot][i];
        _steps[i] = _spec.Read(_states[i]).Step;
    }

    private bool IsOnePhase()
    {
        var splits = _spec.Splits(Choice.Backend);
        var first = _spec.Read(_states[0]);
        for (var i = 0; i < _states.Length; i++)
            if (_gradients[i] is null || (splits && _spec.Read(_states[i]) != first)) return false;
        return true;
    }

    private IEnumerable<int[]> Phases()
    {
        var splits = _spec.Splits(Choice.Backend);
        return Enumerable.Range(0, _states.Length).Where(i => _gradients[i] is not null)
            .GroupBy(i => splits ? _spec.Read(_states[i]) : default, (_, members) => members.ToArray());
    }

    private IEnumerable<KernelCall> Parts(int[] members)
    {
        for (var (from, to) = (0, 0); from < members.Length; from = to)
        {
            for (var elements = 0L; to < members.Length && (to == from || elements + _tensors.Elements(members[to]) <= MostElements); to++)
                elements += _tensors.Elements(members[to]);
            yield return new KernelCall(_spec, Choice.Backend, members[from..to], _tensors.Parameters, _masters, _slots, _counters);
        }
    }
}
