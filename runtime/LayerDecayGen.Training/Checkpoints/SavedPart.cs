using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>What a file holds for a part. Shapes and dtypes are known before anything is read.</summary>
public sealed class SavedPart
{
    private readonly SafetensorsFile _file;
    private readonly string _prefix;
    private readonly Dictionary<string, SafetensorsEntry> _unused;

    internal SavedPart(string name, string text, SafetensorsFile file, SavedNames names, CheckpointDifference difference)
    {
        (Name, Text, _file, _prefix, Names, Difference) = (name, text, file, name + "/", names, difference);
        _unused = file.Tensors.Where(t => t.Name.StartsWith(_prefix, StringComparison.Ordinal)).ToDictionary(t => t.Name[_prefix.Length..], StringComparer.Ordinal);
        TensorNames = [.. _unused.Keys];
    }

    /// <summary>The part's name.</summary>
    public string Name { get; }

    /// <summary>The text that was saved.</summary>
    public string Text { get; }

    /// <summary>The names of the part's tensors.</summary>
    public IReadOnlyList<string> TensorNames { get; }

    /// <summary>What the model's tensors are called in the file.</summary>
    internal SavedNames Names { get; }

    /// <summary>Where a part says what loads otherwise than it was saved.</summary>
    public CheckpointDifference Difference { get; }

    /// <summary>Tensors that no one asked for.</summary>
    internal IEnumerable<string> Unused => _unused.Keys;

    /// <summary>A tensor's dtype and shape; null where the part has none of that name.</summary>
    /// <param name="name">Its name in the part.</param>
    public SafetensorsEntry? Find(string name)
    {
        _unused.Remove(name);
        return _file.Find(_prefix + name);
    }

    /// <summary>Reads a tensor into new memory on the host.</summary>
    /// <param name="name">Its name in the part.</param>
    /// <exception cref="CheckpointException">The part has none of that name.</exception>
    public Tensor Read(string name) => _file.Read(Entry(name).Name);

    /// <summary>
    /// Checks that a tensor can be copied over a live one, and returns what does it. Nothing of the file is read before that is called.
    /// </summary>
    /// <param name="name">Its name in the part.</param>
    /// <param name="target">The live tensor, of any device and layout.</param>
    /// <exception cref="CheckpointException">It is missing, of another dtype or shape, or the live tensor was expanded.</exception>
    public Action CopyInto(string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var entry = Entry(name);
        if (entry.Dtype != target.dtype || !entry.Shape.AsSpan().SequenceEqual(target.shape))
            throw new CheckpointException($"{entry} is {target.dtype} {Shown.Shape(target.shape)} here.");
        if (LiveTensors.WhyNotWritable(target) is { } why) throw new CheckpointException($"{entry} cannot be loaded: {why}.");
        return () =>
        {
            if (TensorBytes.AreDirect(target))
            {
                _file.ReadInto(entry, target);
                return;
            }

            using var read = _file.Read(entry.Name);
            target.copy_(read);
        };
    }

    private SafetensorsEntry Entry(string name) =>
        Find(name) ?? throw new CheckpointException($"The part '{Name}' has no tensor '{Shown.Text(name)}'.");
}
