using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>A parameter group and the bindings of its tensors: one, or one for each dtype and device it has.</summary>
internal sealed class GroupBinding : IDisposable
{
    private readonly OptimizerSpec _spec;
    private readonly StepOptions _how;
    private readonly ParamGroup _group;
    private readonly GroupSource? _source;
    private readonly string _name;
    private IEnumerable<Parameter>? _boundTo;
    private readonly Dictionary<string, Tensor> _masters = new(StringComparer.Ordinal);

    public GroupBinding(OptimizerSpec spec, StepOptions how, ParamGroup group, GroupSource? source, int index) =>
        (_spec, _how, _group, _source, _name) = (spec, how, group, source, source?.Name ?? $"{index}");

    /// <summary>The float32 masters of half-precision parameters, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Masters => _masters;

    public IReadOnlyList<TensorBinding> Bindings { get; private set; } = [];

    /// <summary>Binds the tensors unless they are still bound; says whether it did.</summary>
    public bool Bind(OptimizerState[] states)
    {
        if (ReferenceEquals(_boundTo, _group.Parameters) && Bindings.All(b => b.IsCurrent())) return false;
        Forget();
        Parameter[] parameters = [.. _group.Parameters];
        IReadOnlyList<string> names = _source is { } source && source.ParameterNames.Count == parameters.Length
            ? source.ParameterNames
            : [.. parameters.Select((_, i) => $"{_name}[{i}]")];
        for (var i = 0; i < parameters.Length; i++)
            if (parameters[i].IsInvalid)
                throw ModelMoved.Error(names[i], _name, "was disposed or replaced");
        Bindings =
        [
            .. Enumerable.Range(0, parameters.Length)
                .GroupBy(i => (parameters[i].dtype, parameters[i].device_type, parameters[i].device_index))
                .Select(alike => Bind([.. alike], parameters, names, states)),
        ];
        _boundTo = _group.Parameters;
        return true;
    }

    // Kept by name, so that a model that moves keeps them.
    private Tensor Master(string name, Parameter parameter)
    {
        var isKept = _masters.TryGetValue(name, out var master) && master.shape.SequenceEqual(parameter.shape);
        if (isKept && master!.device.ToString() == parameter.device.ToString()) return master;
        var moved = isKept ? master!.to(parameter.device) : parameter.detach().to(ScalarType.Float32);
        master?.Dispose();
        return _masters[name] = moved.DetachFromDisposeScope();
    }

    private TensorBinding Bind(int[] alike, Parameter[] parameters, IReadOnlyList<string> names, OptimizerState[] all)
    {
        var tensors = new CheckedTensors(_name, Array.ConvertAll(alike, i => names[i]), Array.ConvertAll(alike, i => parameters[i]));
        var states = Array.ConvertAll(alike, i => all[i]);
        var masters = _how.Precision == StepPrecision.Float32Masters && tensors.IsHalf ? Array.ConvertAll(alike, i => Master(names[i], parameters[i])) : null;
        return new TensorBinding(_spec, _how, _group.Options, tensors, states, masters);
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

    public void Dispose()
    {
        Forget();
        foreach (var master in _masters.Values) master.Dispose();
        _masters.Clear();
    }
}
