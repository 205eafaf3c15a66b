using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Writes the weights of a model as Python's <c>safetensors</c>, timm and transformers load them.</summary>
public static class ModelWeights
{
    /// <summary>
    /// Writes parameters and persistent buffers under their registered names. Tied weights are written under each of their names, so that a
    /// strict <c>load_state_dict</c> finds all.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">Where to; a file there is replaced as a whole.</param>
    /// <param name="options">Other names, another dtype, and metadata.</param>
    /// <exception cref="SafetensorsException">A tensor cannot be held by the format, or two get one name.</exception>
    /// <exception cref="IOException">The file cannot be written; one that was there before is still there.</exception>
    public static void Save(nn.Module model, string path, SaveOptions? options = null)
    {
        options ??= new SaveOptions();
        using var scope = NewDisposeScope();
        var renames = options.Renames.Select(r => (Pattern: new NamePattern(r.From).Checked(r.To), r.To)).ToArray();
        var tensors = LiveTensors.Of(model).SelectMany(t => t.Names, (t, name) => KeyValuePair.Create(NameOf(name), Narrowed(t.Tensor, options.Dtype)));
        var metadata = new Dictionary<string, string>(options.Metadata, StringComparer.Ordinal);
        metadata.TryAdd("format", "pt");
        SafetensorsWriter.Write(path, tensors, metadata);

        string NameOf(string name)
        {
            if (options.StripPrefix.Length > 0 && name.StartsWith(options.StripPrefix, StringComparison.Ordinal)) name = name[options.StripPrefix.Length..];
            name = options.AddPrefix + name;
            foreach (var (pattern, to) in renames) name = pattern.Rename(name, to) ?? name;
            return name;
        }
    }

    private static Tensor Narrowed(Tensor tensor, ScalarType? dtype) =>
        dtype is { } wanted && tensor.is_floating_point() && tensor.dtype != wanted ? tensor.detach().to(wanted) : tensor;
}

/// <summary>How <see cref="ModelWeights.Save"/> writes.</summary>
public sealed class SaveOptions
{
    /// <summary>A prefix that is taken off the registered names.</summary>
    public string StripPrefix { get; init; } = "";

    /// <summary>A prefix that is put before every name, after <see cref="StripPrefix"/>.</summary>
    public string AddPrefix { get; init; } = "";

    /// <summary>Renames from the model's name to the file's, applied in their order after the prefixes.</summary>
    public IReadOnlyList<WeightRename> Renames { get; init; } = [];

    /// <summary>The dtype of floating-point tensors in the file; null keeps the model's.</summary>
    public ScalarType? Dtype { get; init; }

    /// <summary>Strings for the file's <c>__metadata__</c>. <c>format</c> is <c>pt</c> unless set here, which Hugging Face's loaders ask for.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
