namespace LayerDecayGen.Training;

/// <summary>The tensors of a file under the names that the model should have for them.</summary>
internal sealed class WeightNames
{
    private readonly Dictionary<string, (string FileName, SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);

    /// <exception cref="PretrainedWeightsException">A prefix or a rename matches nothing, or two tensors get one name.</exception>
    public WeightNames(WeightSource source, PretrainedOptions options)
    {
        var renames = options.Renames.Select(r => (Pattern: new NamePattern(r.From).Checked(r.To), r.To, Used: false)).ToArray();
        var stripped = options.StripPrefix.Length == 0;
        foreach (var (fileName, (file, entry)) in source.Tensors)
        {
            var name = fileName;
            if (options.StripPrefix.Length > 0 && name.StartsWith(options.StripPrefix, StringComparison.Ordinal))
                (name, stripped) = (name[options.StripPrefix.Length..], true);
            name = options.AddPrefix + name;
            for (var i = 0; i < renames.Length; i++)
                if (renames[i].Pattern.Rename(name, renames[i].To) is { } renamed)
                    (name, renames[i].Used) = (renamed, true);
            if (!_tensors.TryAdd(name, (fileName, file, entry)))
                throw new PretrainedWeightsException(
                    $"'{Shown.Text(fileName)}' and '{Shown.Text(_tensors[name].FileName)}' of {source.Path} are both '{Shown.Text(name)}' after prefixes and renames. Nothing was loaded.");
        }

        if (!stripped) throw Idle($"No name in {source.Path} begins with '{options.StripPrefix}'", options.StripPrefix, source);
        if (renames.FirstOrDefault(r => !r.Used).Pattern is { } idle)
            throw Idle($"The rename of '{idle.Text}' matches no name in {source.Path}", idle.Text, source);
    }

    public IReadOnlyDictionary<string, (string FileName, SafetensorsFile File, SafetensorsEntry Entry)> Tensors => _tensors;

    private static PretrainedWeightsException Idle(string what, string text, WeightSource source) =>
        new($"{what}{new NearestNames([.. source.Tensors.Keys]).Hint(text)}. Nothing was loaded.");
}
