using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>A parameter group and the bindings of its tensors: one, or one for each dtype and device it has.</summary>
internal sealed class BoundGroup
{
    private readonly UpdateRule _rule;
    private readonly StepOptions _how;
    private readonly ParamGroup _group;
    private readonly GroupSource? _source;
    private readonly string _name;
    private readonly Func<string?> _replaced;
    private readonly Action<KernelChoice> _announce;
    private IEnumerable<Parameter>? _boundTo;
    private OptimizerState[] _states = [];

    public BoundGroup(
        UpdateRule rule, StepOptions how, ParamGroup group, GroupSource? source, int index, Func<string?> replaced, Action<KernelChoice> announce)
    {
        (_rule, _how, _group, _source, _name) = (rule, how, group, source, source?.Name ?? $"{index}");
        (_replaced, _announce) = (replaced, announce);
    }

    public IReadOnlyList<StepBinding> Bindings { get; private set; } = [];

    /// <summary>Binds the tensors unless they are still bound; says whether it did.</summary>
    public bool Bind(OrderedDict<IntPtr, OptimizerState> states)
    {
        if (ReferenceEquals(_boundTo, _group.Parameters) && Bindings.All(b => b.IsCurrent())) return false;
        Forget();
        Parameter[] parameters = [.. _group.Parameters];
        IReadOnlyList<string> names = _source is { } source && source.ParameterNames.Count == parameters.Length
            ? source.ParameterNames
            : [.. parameters.Select((_, i) => $"{_name}[{i}]")];
        for (var i = 0; i < parameters.Length; i++)
            if (parameters[i].IsInvalid || !states.ContainsKey(parameters[i].Handle))
                throw ModelMoved.Error(names[i], _name, "was disposed or replaced");
        _states = Array.ConvertAll(parameters, p => states[p.Handle]);
        Bindings =
        [
            .. Enumerable.Range(0, parameters.Length)
                .GroupBy(i => (parameters[i].dtype, parameters[i].device_type, parameters[i].device_index))
                .Select(alike => Bind([.. alike], parameters, names)),
        ];
        _boundTo = _group.Parameters;
        return true;
    }

    private StepBinding Bind(int[] alike, Parameter[] parameters, IReadOnlyList<string> names)
    {
        var tensors = new Tensors(_name, Array.ConvertAll(alike, i => names[i]), Array.ConvertAll(alike, i => parameters[i]));
        var states = Array.ConvertAll(alike, i => _states[i]);
        return _how.FlatStorage
            ? new FlatBinding(_rule, _how, _group.Options, tensors, states, _replaced, _announce)
            : new ListBinding(_rule, _how, _group.Options, tensors, states);
    }

    public void Collect()
    {
        foreach (var binding in Bindings) binding.Collect();
    }

    public void Update()
    {
        foreach (var binding in Bindings) binding.Update();
    }

    public void Release()
    {
        foreach (var binding in Bindings) binding.Release();
    }

    /// <summary>The checked gradients in flat storage, one tensor a binding.</summary>
    public Tensor[] TakeFlatGradients() => [.. Bindings.Cast<FlatBinding>().Select(b => b.TakeGradients())];

    /// <summary>Sets gradients in flat storage to zero, and others to null.</summary>
    public void ZeroGradients()
    {
        foreach (var binding in Bindings.OfType<FlatBinding>()) binding.ZeroGradients();
        if (Bindings.Count > 0) return;
        foreach (var parameter in _group.Parameters)
            if (!parameter.IsInvalid) parameter.grad = null;
    }

    /// <summary>Brings the state up to date for somebody who may read or change it.</summary>
    public void Expose()
    {
        foreach (var binding in Bindings) binding.Expose();
    }

    /// <summary>Lets go of the bindings; the next step makes them anew.</summary>
    public void Forget()
    {
        foreach (var binding in Bindings) binding.Dispose();
        (Bindings, _boundTo) = ([], null);
    }

    /// <summary>Gives the group its parameters anew and makes state for them out of the old one's.</summary>
    public IEnumerable<(Parameter Parameter, OptimizerState State)> Rebind()
    {
        Expose();
        Parameter[] parameters = [.. _source?.Parameters() ?? _group.Parameters];
        if (parameters.Length != _states.Length)
            throw new InvalidOperationException(
                $"Group '{_name}' had {_states.Length} parameters and has {parameters.Length}: make a new optimizer.");
        var moved = parameters.Zip(_states, (p, old) => (p, _rule.Move(old, p, _group.Options))).ToList();
        Forget();
        _states = [.. moved.Select(m => m.Item2)];
        _group.Parameters = parameters;
        return moved;
    }
}
