namespace LayerDecayGen.Interop;

/// <summary>The text of a Python file with the begins of its lines, so that an error finds its line without a walk over the text.</summary>
internal sealed class PythonSource(string text)
{
    private readonly List<int> _breaks = [.. Breaks(text)];

    public string Text => text;

    /// <summary>An error with its line.</summary>
    public PlanException Error(int at, string what)
    {
        var found = _breaks.BinarySearch(at);
        return new($"Line {1 + (found < 0 ? ~found : found)} of the configuration: {what}.");
    }

    private static IEnumerable<int> Breaks(string text)
    {
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1)) yield return at;
    }
}
