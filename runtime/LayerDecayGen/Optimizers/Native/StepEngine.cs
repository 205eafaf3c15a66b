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
    private IReadOnlyList<double>? _factors;

    public StepEngine(
        UpdateRule rule, IList<ParamGroup> groups, OrderedDict<IntPtr, OptimizerState> states, GroupSources sources, StepOptions? options)
    {
        var how = options ?? new StepOptions();
        (_rule, _groups, _states, _sources, _how) = (rule, groups, states, sources, how);
        _announcement = new Announcement(how.OnFallback);
        if (NativeUnit.Obstacle is { } obstacle) _stock = new(Kernel.Stock, "", obstacle);
        else if (how.Kernel == Kernel.Stock) _stock = new(Kernel.Stock, "", "as asked for");
        if (_stock is null) Bind();
        else if (how.Kernel != Kernel.Stock) _announcement.Make(_stock);
    }

    /// <summary>Whether the step is TorchSharp's own.</summary>
    public bool IsStock => _stock is not null;

    public IReadOnlyList<KernelChoice> Kernels =>
        _stock is not null ? [_stock] : [.. _bound.SelectMany(b => b.Bindings).Select(b => b.Choice)];

    /// <summary>The groups that the optimizer was made from, with the parameters that it steps.</summary>
    public IReadOnlyList<ParameterGroup> Groups => [.. _sources.Groups.Select(s => s.Origin).OfType<ParameterGroup>()];

    /// <summary>Factors on half-precision gradients of the next step, one per group.</summary>
    public IReadOnlyList<double>? HalfGradientFactors
    {
        get => _factors;
        set
        {
            _factors = value;
            // TorchSharp's own step takes gradients as they are.
            if (value is null || !IsStock) return;
            foreach (var (group, factor) in _groups.Zip(value).Where(g => g.Second != 1))
                Tensors.Scale(group.Parameters, factor);
        }
    }

    /// <summary>Float32 masters by parameter name, one dictionary per group.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Masters => [.. _bound.Select(b => b.Masters)];

    /// <summary>Checks that the parameters are still there.</summary>
    public void EnsureUsable()
    {
        foreach (var (group, i) in _groups.Select((g, i) => (g, i)))
            foreach (var (parameter, j) in group.Parameters.Select((p, j) => (p, j)))
                if (parameter.IsInvalid)
                {
                    var source = _sources.Groups.ElementAtOrDefault(i);
                    throw ModelMoved.Error(source?.ParameterNames.ElementAtOrDefault(j) ?? $"{i}[{j}]", source?.Name ?? $"{i}", "was disposed or replaced");
                }
    }

    public Tensor? Step(Func<Tensor>? closure)
    {
        Tensor? loss = null;
        if (closure is not null)
            using (enable_grad())
                loss = closure();
        using (no_grad())
        {
            Bind();
            Step();
        }

        return loss;
    }

    private void Step()
    {
        try
        {
            foreach (var group in _bound) group.Collect();
            for (var i = 0; i < _bound.Count; i++) _bound[i].Update(_factors is { } f && i < f.Count ? f[i] : 1);
            _factors = null;
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
        if (added.Parameters.FirstOrDefault(p => !is_floating_point(p.dtype)) is { } other)
            throw new ArgumentException($"A parameter of the group is {other.dtype}: optimizers update floating-point parameters only.", nameof(added));
    }

    private BoundGroup BoundGroupAt(int i) => new(
        _rule, _how, _groups[i], _sources.Groups.ElementAtOrDefault(i), i);

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
