using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>A binding whose tensors lie where they are: the native side takes lists of them.</summary>
internal sealed class ListBinding : StepBinding
{
    private readonly Tensor?[] _gradients;
    private readonly StepCounters? _counters;
    private readonly Slice[] _parts;

    public ListBinding(UpdateRule rule, StepOptions how, OptimizerOptions options, Tensors tensors, OptimizerState[] states)
        : base(rule, how, options, tensors, states)
    {
        _gradients = new Tensor?[states.Length];
        for (var slot = 0; slot < Slots.Length; slot++) Slots[slot] = Bound(slot);
        _counters = Choice.Kernel == Kernel.Fused && rule.CountsNatively ? new StepCounters(tensors.Parameters[0], Steps) : null;
        _parts = [.. Parts([.. Enumerable.Range(0, states.Length)])];
    }

    private Tensor[] Bound(int slot)
    {
        if (!Rule.Uses(Options, slot)) return [];
        return [.. States.Select((state, i) => Checked(ref Rule.Slot(state, slot), i) ?? Fresh(i))];
    }

    private Tensor Fresh(int i) => zeros_like(Tensors.Parameters[i], dtype: Tensors.StateType(Widens)).DetachFromDisposeScope();

    public override void Collect() => Tensors.Collect(_gradients, contiguous: Choice.Kernel == Kernel.Fused);

    public override void Update()
    {
        if (IsOnePhase())
            foreach (var part in _parts) part.Call(Options, Rule.PhaseOf(States[0]), _gradients);
        else
            foreach (var members in Phases())
                foreach (var part in Parts(members)) part.Call(Options, Rule.PhaseOf(States[members[0]]), _gradients);
        for (var i = 0; i < States.Length; i++)
            if (_gradients[i] is not null) Advance(i);
    }

    private bool IsOnePhase()
    {
        var splits = Rule.Splits(Choice.Kernel);
        var first = Rule.PhaseOf(States[0]);
        for (var i = 0; i < States.Length; i++)
            if (_gradients[i] is null || (splits && Rule.PhaseOf(States[i]) != first)) return false;
        return true;
    }

    private IEnumerable<int[]> Phases()
    {
        var splits = Rule.Splits(Choice.Kernel);
        return Enumerable.Range(0, States.Length).Where(i => _gradients[i] is not null)
            .GroupBy(i => splits ? Rule.PhaseOf(States[i]) : default, (_, members) => members.ToArray());
    }

    private IEnumerable<Slice> Parts(int[] members)
    {
        for (var (from, to) = (0, 0); from < members.Length; from = to)
        {
            for (var elements = 0L; to < members.Length && (to == from || elements + Tensors.Elements(members[to]) <= MostElements); to++)
                elements += Tensors.Elements(members[to]);
            yield return new Slice(Rule, Choice.Kernel, Widens, members[from..to], Tensors.Parameters, Slots, _counters);
        }
    }

    public override void Release()
    {
        foreach (var gradient in _gradients) gradient?.Dispose();
        Array.Clear(_gradients);
    }

    public override void Dispose() => _counters?.Dispose();
}
