namespace LayerDecayGen.Training;

/// <summary>How a checkpoint differs from what it is loaded into.</summary>
public sealed class CheckpointDifference
{
    private readonly List<string> _problems = [];
    private readonly List<string> _notes = [];

    /// <summary>
    /// What keeps the checkpoint from loading whole: tensors of the model that it lacks, has beside, or has in another shape.
    /// </summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>
    /// What loads otherwise than it was saved, and may: renamed members, parameters whose optimizer state starts afresh, options kept.
    /// </summary>
    public IReadOnlyList<string> Notes => _notes;

    internal void Problem(string line) => _problems.Add(line);

    internal void Note(string line) => _notes.Add(line);

    /// <summary>One line each.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, _problems.Select(p => $"- {p}").Concat(_notes.Select(n => $"  {n}")));
}

/// <summary>A checkpoint that cannot be loaded. Nothing has been changed.</summary>
public sealed class CheckpointException : Exception
{
    /// <summary>A file that is no whole checkpoint.</summary>
    /// <param name="message">What was found.</param>
    public CheckpointException(string message) : base(message) { }

    internal CheckpointException(string path, CheckpointDifference difference)
        : base($"The checkpoint {path} is of another model, and nothing was loaded:{Environment.NewLine}{difference}") => Difference = difference;

    /// <summary>How it differs; null where the file itself is bad.</summary>
    public CheckpointDifference? Difference { get; }
}
