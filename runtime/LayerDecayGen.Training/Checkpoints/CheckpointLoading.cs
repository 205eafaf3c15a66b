namespace LayerDecayGen.Training;

/// <summary>One loading: every part is checked, and then every part is changed.</summary>
internal sealed class CheckpointLoading
{
    private readonly SafetensorsFile _file;
    private readonly CheckpointLoadOptions _options;
    private readonly SectionNames _sections;
    private readonly NamePattern[] _patterns;
    private readonly List<Action> _actions = [];
    private Exception? _cause;

    public CheckpointLoading(SafetensorsFile file, CheckpointLoadOptions options)
    {
        (_file, _options) = (file, options);
        _sections = new SectionNames(options.Partly);
        _patterns = [.. options.PartlyNamed.Select(p => new NamePattern(p))];
    }

    public CheckpointDifference Difference { get; } = new();

    /// <summary>Whether a tensor of the model may be missing or differ.</summary>
    public bool MayDiffer(string name) => _sections.Contains(name) || _patterns.Any(p => p.Matches(name));

    /// <summary>Reads and checks all parts.</summary>
    /// <exception cref="CheckpointException">One does not fit.</exception>
    public void Check(List<ICheckpointPart> parts)
    {
        EnsureAllowedNamesExist(parts);
        var names = new SavedNames();
        var actions = new List<(bool Own, Action Apply)>();
        foreach (var part in parts)
        {
            if (!_file.Metadata.TryGetValue(CheckpointFile.PartKey + part.Name, out var text))
            {
                Difference.Add($"the part '{part.Name}' is not in the checkpoint" + Hint(part.Name), Without(part.Name));
                continue;
            }

            var saved = new SavedPart(part.Name, text, _file, names, Difference);
            if (Load(part, saved) is not { } apply) continue;
            actions.Add((part.GetType().Assembly != typeof(Checkpoint).Assembly, apply));
            foreach (var unused in saved.Unused)
                Difference.Add($"'{part.Name}/{Shown.Text(unused)}' of the checkpoint has no place here", MayDiffer(unused));
        }

        NameSurplus([.. parts.Select(p => p.Name)]);
        if (Difference.Problems.Count > 0) throw new CheckpointException(_file.Path, Difference, _cause);
        // What others wrote goes first: should it fail after all, our own parts are as they were.
        _actions.AddRange(actions.OrderBy(a => a.Own ? 0 : 1).Select(a => a.Apply));
    }

    private Action? Load(ICheckpointPart part, SavedPart saved)
    {
        try
        {
            return part.Load(saved);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _cause ??= e;
            Difference.Problem($"the part '{part.Name}' cannot be loaded: {e.Message}");
            return null;
        }
    }

    private void NameSurplus(HashSet<string> here)
    {
        foreach (var key in _file.Metadata.Keys.Where(k => k.StartsWith(CheckpointFile.PartKey, StringComparison.Ordinal)))
        {
            var name = key[CheckpointFile.PartKey.Length..];
            if (!here.Contains(name)) Difference.Add($"the part '{Shown.Text(name)}' of the checkpoint has no place here" + Hint(name), Without(name));
            here.Add(name);
        }

        foreach (var tensor in _file.Tensors.Where(t => !here.Contains(t.Name.Split('/')[0])))
            Difference.Problem($"{tensor} of the checkpoint belongs to no part");
    }

    private bool Without(string part) => part != "model" && _options.Without.Contains(part);

    private string Hint(string part) => part == "model" || Without(part) ? "" : $"; Without = [\"{Shown.Text(part)}\"] allows it";

    private void EnsureAllowedNamesExist(List<ICheckpointPart> parts)
    {
        string[] known = [.. parts.Select(p => p.Name), .. _file.Metadata.Keys.Where(k => k.StartsWith(CheckpointFile.PartKey, StringComparison.Ordinal)).Select(k => k[CheckpointFile.PartKey.Length..])];
        if (_options.Without.FirstOrDefault(w => !known.Contains(w)) is { } unknown)
            throw new CheckpointException($"Without names a part '{unknown}' that neither {_file.Path} nor this checkpoint has{new NearestNames(known).Hint(unknown)}.");
    }

    /// <summary>Changes all parts.</summary>
    public void Apply()
    {
        try
        {
            _actions.ForEach(a => a());
        }
        catch (Exception e) when (e is SafetensorsException or IOException)
        {
            throw new IOException(
                $"{_file.Path} could be read when it was checked and not when it was loaded: another program changed it, or the disk failed. Part of "
                + "it is loaded, so load a whole checkpoint before going on.", e);
        }
    }
}
