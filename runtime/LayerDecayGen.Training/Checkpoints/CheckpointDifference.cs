namespace LayerDecayGen.Training;

/// <summary>How a checkpoint differs from what it is loaded into.</summary>
public sealed class CheckpointDifference
{
    private readonly List<string> _problems = [];
    private readonly List<string> _notes = [];

    internal CheckpointDifference() { }

    /// <summary>
    /// What keeps the checkpoint from loading: parts that one side lacks, tensors that the file lacks, has beside, or has in another shape.
    /// Empty after a loading.
    /// </summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>
    /// What loads otherwise than it was saved, and may: what was allowed, renamed members, state that starts afresh, changed options.
    /// </summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Adds a line that ends the loading, with nothing changed.</summary>
    /// <param name="line">What differs, and what allows it.</param>
    public void Problem(string line) => _problems.Add(line);

    /// <summary>Adds a line for the user to read.</summary>
    /// <param name="line">What loads otherwise than it was saved.</param>
    public void Note(string line) => _notes.Add(line);

    internal void Add(string line, bool allowed) => (allowed ? _notes : _problems).Add(line);

    /// <summary>One line each, problems first.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, _problems.Select(p => $"- {p}").Concat(_notes.Select(n => $"  {n}")));
}
