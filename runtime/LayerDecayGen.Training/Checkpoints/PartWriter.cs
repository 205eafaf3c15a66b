using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Takes the state of a part: one text, as a rule JSON, and tensors.</summary>
public sealed class PartWriter
{
    private readonly string _part;
    private readonly List<KeyValuePair<string, Tensor>> _tensors = [];

    internal PartWriter(string part) => _part = part;

    /// <summary>The text.</summary>
    public string Text { get; set; } = "";

    /// <summary>The tensors under their names in the file.</summary>
    internal IReadOnlyList<KeyValuePair<string, Tensor>> Tensors => _tensors;

    /// <summary>Adds a tensor. It is not copied, so it must not change until the file is written.</summary>
    /// <param name="name">Its name, unique in the part.</param>
    /// <param name="tensor">The tensor, of any device.</param>
    public void Add(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(tensor);
        _tensors.Add(new($"{_part}/{name}", tensor));
    }

    /// <summary>The same with copies of the tensors in the host's memory.</summary>
    internal PartWriter Copied()
    {
        var copy = new PartWriter(_part) { Text = Text };
        foreach (var (name, tensor) in _tensors) copy._tensors.Add(new(name, tensor.detach().cpu().clone()));
        return copy;
    }
}
