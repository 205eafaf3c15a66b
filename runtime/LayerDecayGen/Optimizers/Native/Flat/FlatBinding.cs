using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// A binding in flat storage: parameters, gradients and each tensor of the state are views of one buffer, and one call steps all of them.
/// </summary>
internal sealed class FlatBinding : StepBinding
{
    private readonly FlatBuffer _parameters;
    private readonly FlatBuffer?[] _slots;
    private readonly FlatGradients _gradients;
    private FlatRun[] _runs = [];
    private (int From, int To)[] _neighbours = [];
    private int _runsOf = -1;
    private bool _isAhead;
    private bool _isExposed;

    public FlatBinding(
        UpdateRule rule, StepOptions how, OptimizerOptions options, Tensors tensors, OptimizerState[] states, Func<string?> replaced,
        Action<KernelChoice> announce)
        : base(rule, how, options, tensors, states)
    {
        tensors.RefuseFlat();
        using var _ = no_grad();
        _slots = [.. Enumerable.Range(0, rule.Slots).Select(Gather)];
        _parameters = new FlatBuffer(tensors.Parameters, tensors.StateType(wide: false));
        for (var i = 0; i < tensors.Parameters.Length; i++) MoveInto(tensors.Parameters[i], _parameters.Views[i]);
        _gradients = new FlatGradients(tensors, _parameters, replaced, what => announce(Choice with { Reason = what }));
    }

    /// <summary>The gradients, of which <see cref="Collect"/> made sure.</summary>
    public Tensor TakeGradients()
    {
        _gradients.Take();
        return _gradients.Buffer.Whole;
    }

    // Keeps the object, its handle and its place in the model: only the memory changes.
    private static void MoveInto(Parameter parameter, Tensor view)
    {
        view.copy_(parameter);
        parameter.set_(view);
    }

    private FlatBuffer? Gather(int slot)
    {
        Slots[slot] = [];
        if (!Rule.Uses(Options, slot)) return null;
        var buffer = new FlatBuffer(Tensors.Parameters, Tensors.StateType(Widens));
        for (var i = 0; i < States.Length; i++)
        {
            ref var tensor = ref Rule.Slot(States[i], slot);
            if (Checked(ref tensor, i) is not { } before) continue;
            buffer.Views[i].copy_(before);
            before.Dispose();
            tensor = buffer.Views[i];
        }

        Slots[slot] = buffer.Views;
        return buffer;
    }

    public override void Collect() => _gradients.Collect();

    public override void Update()
    {
        if (_runsOf != _gradients.Membership) MakeRuns();
        foreach (var run in _runs) run.Call(Options, States);
        foreach (var (from, _) in _neighbours) Advance(from);
        _isAhead = true;
    }

    // Neighbours are stepped together, so they stay in one phase until one of them has no gradient or other state is loaded.
    private void MakeRuns()
    {
        Settle();
        foreach (var run in _runs) run.Dispose();
        _neighbours = [.. Neighbours()];
        _runs = [.. _neighbours.SelectMany(n => Pieces(n.From, n.To))];
        _runsOf = _gradients.Membership;
    }

    private IEnumerable<(int From, int To)> Neighbours()
    {
        for (var (from, to) = (0, 0); from < States.Length; from = to)
        {
            to = from + 1;
            if (!_gradients.Has(from)) continue;
            while (to < States.Length && _gradients.Has(to) && Rule.PhaseOf(States[to]) == Rule.PhaseOf(States[from])) to++;
            yield return (from, to);
        }
    }

    // Only the first of neighbours counts at each step; the others are told when somebody may look.
    private void Settle()
    {
        if (!_isAhead) return;
        _isAhead = false;
        foreach (var (from, to) in _neighbours)
            for (var i = from + 1; i < to; i++)
            {
                Rule.CopyNumbers(States[from], States[i]);
                Note(i);
            }
    }

    public override void Expose()
    {
        Settle();
        _isExposed = true;
    }

    public override bool IsCurrent()
    {
        if (_isExposed || _neighbours.Length == 0)
        {
            _isExposed = false;
            return base.IsCurrent();
        }

        foreach (var (from, _) in _neighbours)
            if (!IsCurrent(from)) return false;
        return true;
    }

    private IEnumerable<FlatRun> Pieces(int from, int to)
    {
        var end = _parameters.Offset(to);
        for (var at = _parameters.Offset(from); at < end; at += MostElements)
        {
            var elements = Math.Min(MostElements, end - at);
            var offset = at;
            FlatBuffer?[] buffers = [_parameters, _gradients.Buffer, .. _slots];
            yield return new FlatRun(
                Rule, Choice.Kernel, Widens, from, Steps[from], Array.ConvertAll(buffers, b => b?.Part(offset, elements)));
            if (elements < MostElements) yield break;
        }
    }

    public override void Release() { }

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients() => _gradients.Zero();

    public override void Dispose()
    {
        Settle();
        foreach (var run in _runs) run.Dispose();
    }
}
