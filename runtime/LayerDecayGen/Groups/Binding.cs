using LayerDecayGen.Planning;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The registered parameters of a model by name, with the dtype and device they had. Moving a model replaces the parameters of managed modules
/// (the old ones are disposed) and changes those of native modules in place: both are noticed.
/// </summary>
internal sealed class Binding
{
    private readonly Dictionary<string, Parameter> _byName;
    private readonly ScalarType[] _dtypes;
    private readonly (DeviceType Type, int Index)[] _devices;

    public Binding(LiveModel live)
    {
        _byName = new Dictionary<string, Parameter>(live.Parameters.Length, StringComparer.Ordinal);
        _dtypes = new ScalarType[live.Parameters.Length];
        _devices = new (DeviceType, int)[live.Parameters.Length];
        for (var i = 0; i < live.Parameters.Length; i++)
        {
            var p = live.Parameters[i];
            _byName[live.Facts.Parameters[i].Name] = p;
            _dtypes[i] = p.dtype;
            _devices[i] = (p.device_type, p.device_index);
        }
    }

    public Parameter this[string name] => _byName[name];

    public void Check(LiveModel live)
    {
        for (var i = 0; i < live.Parameters.Length; i++)
        {
            var p = live.Parameters[i];
            if (p.IsInvalid || p.dtype != _dtypes[i] || p.device_type != _devices[i].Type || p.device_index != _devices[i].Index)
                throw new InvalidOperationException(
                    $"'{live.Facts.Parameters[i].Name}' of {live.Facts.ModelName} is no longer the tensor that its group holds: the model was moved to another device or dtype, or was disposed, after the groups were made. Move the model first, or call Rebind() on the groups and make the optimizer anew.");
        }
    }

    /// <summary>What makes a model read anew another model than the one that was planned.</summary>
    public IEnumerable<string> Differences(ModelFacts before, ModelFacts now)
    {
        var names = now.Parameters.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var fact in before.Parameters)
            if (!names.Remove(fact.Name))
                yield return $"'{fact.Name}' was in the model when the groups were made and is no longer.";
        foreach (var name in names) yield return $"'{name}' was not in the model when the groups were made: call GetParameterGroups again.";
    }
}
