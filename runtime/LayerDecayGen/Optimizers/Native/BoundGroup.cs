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
    private IEnumerable<Parameter>? _boundTo;
    private readonly Dictionary<string, Tensor> _masters = new(StringComparer.Ordinal);
    private OptimizerState[] _states = [];

    public BoundGroup(
        UpdateRule rule, StepOptions how, ParamGroup group, GroupSource? source, int index)
    {
        (_rule, _how, _group, _source, _name) = (rule, how, group, source, source?.Name ?? $"{index}");
    }

    /// <summary>The float32 masters of half-precision parameters, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Masters => _masters;

    public IReadOnlyList<ListBinding> Bindings { get; private set; } = [];

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

    // Kept by name, so that a model that moves keeps them.
    private Tensor Master(string name, Parameter parameter)
    {
        if (_masters.TryGetValue(name, out var master) && master.device.ToString() == parameter.device.ToString() && master.shape.SequenceEqual(parameter.shape)) return master;
        var moved = master is not null && master.shape.SequenceEqual(parameter.shape) ? master.to(parameter.device) : parameter.detach().to(ScalarType.Float32);
        master?.Dispose();
        return _masters[name] = moved.DetachFromDisposeScope();
    }

    private ListBinding Bind(int[] alike, Parameter[] parameters, IReadOnlyList<string> names)
    {
        var tensors = new Tensors(_name, Array.ConvertAll(alike, i => names[i]), Array.ConvertAll(alike, i => parameters[i]));
        var states = Array.ConvertAll(alike, i => _states[i]);
        var masters = _how.Precision == StepPrecision.Float32Masters && tensors.IsHalf ? Array.ConvertAll(alike, i => Master(names[i], parameters[i])) : null;
        return new ListBinding(_rule, _how, _group.Options, tensors, states, masters);
    }

    public void Collect()
    {
        foreach (var binding in Bindings) binding.Collect();
    }

    public void Update(double halfFactor)
    {
        foreach (var binding in Bindings) binding.Update(halfFactor);
    }

    public void Release()
    {
        foreach (var binding in Bindings) binding.Release();
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
