using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>One loading: what of the file belongs to what of the model, and what differs.</summary>
internal sealed class CheckpointLoading(CheckpointManifest manifest, FormerNames names, Func<TensorEntry, Tensor> read)
{
    private readonly Dictionary<string, string> _savedNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unfit = new(StringComparer.Ordinal);

    public CheckpointDifference Difference { get; } = new();

    /// <summary>Compares without changing anything.</summary>
    public void Compare(IReadOnlyList<(string Name, Tensor Tensor)> live, OptimizerStates states)
    {
        var unused = manifest.Tensors.Keys.Where(k => k.StartsWith("model/", StringComparison.Ordinal)).Select(k => k["model/".Length..]).ToHashSet();
        foreach (var (name, tensor) in live)
        {
            if (names.Of(name).FirstOrDefault(n => manifest.Tensors.ContainsKey($"model/{n}")) is not { } saved)
            {
                Difference.Problem($"'{name}' is not in the checkpoint");
                continue;
            }

            _savedNames[name] = saved;
            unused.Remove(saved);
            if (saved != name) Difference.Note($"'{name}' was '{saved}'");
            CompareTensor(name, tensor, manifest.Tensors[$"model/{saved}"]);
        }

        foreach (var name in unused.Order(StringComparer.Ordinal)) Difference.Problem($"'{name}' of the checkpoint is not in the model");
        foreach (var held in states.All)
            if (StateOf(held) is null) Difference.Note($"'{held.Name}' has no {held.Optimizer} state in the checkpoint; it starts afresh");
    }

    private void CompareTensor(string name, Tensor tensor, TensorEntry entry)
    {
        if (entry.Dtype == tensor.dtype.ToString() && entry.Shape.AsSpan().SequenceEqual(tensor.shape)) return;
        _unfit.Add(name);
        Difference.Problem(
            $"'{name}' is {tensor.dtype} [{string.Join(", ", tensor.shape)}] and {entry.Dtype} [{string.Join(", ", entry.Shape)}] in the checkpoint");
    }

    private ParameterEntry? StateOf(OptimizerStates.Held held) =>
        !_unfit.Contains(held.Name) && manifest.Parameters.GetValueOrDefault(SavedName(held.Name)) is { } entry
        && manifest.Groups[entry.Group].Optimizer == held.Optimizer ? entry : null;

    private string SavedName(string name) => _savedNames.GetValueOrDefault(name, name);

    public void Fill(IReadOnlyList<(string Name, Tensor Tensor)> live)
    {
        foreach (var (name, tensor) in live)
            if (_savedNames.TryGetValue(name, out var saved) && !_unfit.Contains(name))
                tensor.copy_(read(manifest.Tensors[$"model/{saved}"]));
    }

    public void Fill(OptimizerStates states)
    {
        foreach (var held in states.All)
            if (StateOf(held) is { } entry)
                held.Restore(entry.Numbers, field => Find($"state/{SavedName(held.Name)}/{field}"));
        states.RestoreOptions(manifest, SavedName, Difference);
    }

    public Tensor Average(string name) =>
        Find($"average/{SavedName(name)}") ?? throw new CheckpointException($"There is no average of '{name}'.");

    public Tensor Random() => read(manifest.Tensors["random"]);

    private Tensor? Find(string name) => manifest.Tensors.TryGetValue(name, out var entry) ? read(entry) : null;
}
