namespace LayerDecayGen.Training;

/// <summary>What the tensors of the live model are called in a file, former names of renamed members included.</summary>
internal sealed class SavedNames
{
    private readonly Dictionary<string, string> _saved = new(StringComparer.Ordinal);

    /// <summary>The name in the file of a tensor that is loaded; null for one that keeps its value.</summary>
    public string? Of(string liveName) => _saved.GetValueOrDefault(liveName);

    public void Add(string liveName, string savedName) => _saved[liveName] = savedName;
}
