using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Steps an optimizer's groups through the native unit. All gradients are collected and checked first, so an error leaves every parameter
/// as it was.
/// </summary>
internal sealed class StepEngine : IDisposable
{
    private readonly UpdateRule _rule;
    private readonly IList<ParamGroup> _groups;
    private readonly OrderedDict<IntPtr, OptimizerState> _states;
    private readonly GroupSources _sources;
    private readonly StepOptions _how;
    private readonly KernelChoice? _stock;
    private readonly Announcement _announcement;
    private readonly List<BoundGroup> _bound = [];

    public StepEngine(
        UpdateRule rule, IList<ParamGroup> groups, OrderedDict<IntPtr, OptimizerState> states, GroupSources sources, StepOptions? options)
    {
        var how = options ?? new StepOptions();
        (_rule, _groups, _states, _sources, _how) = (rule, groups, states, sources, how);
        _announcement = new Announcement(how.OnFallback);
        if (NativeUnit.Obstacle is { } obstacle) _stock = new(Kernel.Stock, "", obstacle);
        else if (how.Kernel == Kernel.Stock) _stock = new(Kernel.Stock, "", "as asked for");
        if (how is { FlatStorage: true, Kernel: Kernel.Stock })
            throw new ArgumentException("TorchSharp's own step knows no flat storage: leave FlatStorage off, or choose another kernel.", nameof(options));
        if (_stock is null) Bind();
        else if (how.Kernel != Kernel.Stock) _announcement.Make(_stock);
    }

    /// <summary>Whether the step is TorchSharp's own.</summary>
    public bool IsStock => _stock is not null;

    public IReadOnlyList<KernelChoice> Kernels =>
        _stock is not null ? [_stock] : [.. _bound.SelectMany(b => b.Bindings).Select(b => b.Choice)];

    /// <summary>A number that says, when it is not zero, that gradients overflowed and the step is to be skipped.</summary>
    public Tensor? FoundInfinity { get; set; }

    public Tensor? Step(Func<Tensor>? closure)
    {
        Tensor? loss = null;
        if (closure is not null)
            using (enable_grad())
                loss = closure();
        using (no_grad())
        {
            if (FoundInfinity is { } found && found.to(ScalarType.Float32).item<float>() != 0) return loss;
            Bind();
            Step();
        }

        return loss;
    }

    /// <summary>Whether gradients are in flat storage.</summary>
    public bool IsFlat => !IsStock && _how.FlatStorage;

    /// <summary>The gradients of each group in flat storage, checked; null without flat storage.</summary>
    public IReadOnlyList<Tensor[]>? TakeFlatGradients()
    {
        if (!IsFlat) return null;
        using var _ = no_grad();
        Bind();
        foreach (var group in _bound) group.Collect();
        return [.. _bound.Select(group => group.TakeFlatGradients())];
    }

    /// <summary>Sets gradients in flat storage to zero.</summary>
    public void ZeroFlatGradients()
    {
        using var _ = no_grad();
        foreach (var group in _bound) group.ZeroGradients();
        foreach (var parameter in _groups.Skip(_bound.Count).SelectMany(g => g.Parameters)) parameter.grad = null;
    }

    /// <summary>Brings the state up to date for somebody who may read or change it.</summary>
    public void ExposeState()
    {
        foreach (var group in _bound) group.Expose();
    }

    private void Step()
    {
        try
        {
            foreach (var group in _bound) group.Collect();
            foreach (var group in _bound) group.Update();
        }
        catch
        {
            // The counters of the native side may be ahead of the state's: take both from the state at the next step.
            foreach (var group in _bound) group.Forget();
            throw;
        }
        finally
        {
            foreach (var group in _bound) group.Release();
        }
    }

    private void Bind()
    {
        while (_bound.Count < _groups.Count)
            _bound.Add(BoundGroupAt(_bound.Count));
        foreach (var group in _bound)
            if (group.Bind(_states))
                foreach (var binding in group.Bindings)
                    if (_how.Kernel == Kernel.Fused) _announcement.Make(binding.Choice);
    }

    /// <summary>
    /// Checks a group that is added later as PyTorch does: a parameter that is stepped by another group already is refused.
    /// </summary>
    public void RefuseKnown(ParamGroup added)
    {
        var known = _groups.SelectMany(g => g.Parameters).Select(p => p.Handle).ToHashSet();
        if (added.Parameters.Any(p => !known.Add(p.Handle)))
            throw new ArgumentException(
                "A parameter of the group is in a group of this optimizer already, and would be stepped twice.", nameof(added));
    }

    private BoundGroup BoundGroupAt(int i) => new(
        _rule, _how, _groups[i], _sources.Groups.ElementAtOrDefault(i), i, _sources.Replaced, _announcement.Make);

    /// <summary>Takes the parameters of every group anew and moves the state to them.</summary>
    public void Rebind()
    {
        _sources.Refresh();
        var moved = _bound.SelectMany(group => group.Rebind()).ToList();
        _states.Clear();
        foreach (var (parameter, state) in moved) _states[parameter.Handle] = state;
    }

    public void Dispose()
    {
        foreach (var group in _bound) group.Forget();
    }
}
