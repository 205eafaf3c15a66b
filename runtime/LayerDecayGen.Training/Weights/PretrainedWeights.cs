using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// Brings pretrained weights into a model: from a safetensors file, from the shards of a <c>model.safetensors.index.json</c>, or from a folder
/// with either. All or nothing, and strict: what does not fit is an error unless it was allowed by name.
/// </summary>
/// <example>
/// <code>
/// var result = PretrainedWeights.Load(model, "model.safetensors", new() { StripPrefix = "bert." }, except: groups.Head);
/// Console.WriteLine(result);
/// </code>
/// </example>
public static class PretrainedWeights
{
    /// <summary>Loads weights by name, in place: parameters, groups and optimizers made before stay valid.</summary>
    /// <param name="model">The model, on its device and in its dtype.</param>
    /// <param name="path">A <c>.safetensors</c> file, an index of shards, or a folder with either.</param>
    /// <param name="options">Prefixes, renames, adapters, and what may differ.</param>
    /// <param name="except">
    /// Sections whose tensors the file may lack or have in another shape; they stay as they are then. Buffers beside a section's parameters
    /// count to it.
    /// </param>
    /// <returns>What loaded, and how.</returns>
    /// <exception cref="PretrainedWeightsException">The weights do not fit. The message lists how; nothing was changed.</exception>
    /// <exception cref="SafetensorsException">A file is not as the format says; nothing was changed.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PretrainedResult Load(nn.Module model, string path, PretrainedOptions? options = null, params SectionView[] except)
    {
        ArgumentNullException.ThrowIfNull(except);
        var live = LiveTensors.Of(model);
        options ??= new PretrainedOptions();
        using var source = WeightSource.Open(path);
        using var plan = new WeightPlan(source, live, model.GetName(), options, MayDiffer(options, except));
        if (!plan.Result.Fits) throw new PretrainedWeightsException(plan.Result);
        plan.Apply();
        return plan.Result;
    }

    private static Func<string, bool> MayDiffer(PretrainedOptions options, SectionView[] except)
    {
        var patterns = options.Except.Select(e => new NamePattern(e)).ToArray();
        var sections = new SectionNames(except);
        return name => sections.Contains(name) || patterns.Any(p => p.Matches(name));
    }
}
