using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>Warnings of one plan: each defect once, with the parameters it concerns.</summary>
internal sealed class Notes
{
    private const int NamesShown = 3;
    private readonly List<(string Text, List<string> Names)> _notes = [];

    public void Add(string text)
    {
        if (!_notes.Exists(n => n.Text == text)) _notes.Add((text, []));
    }

    public void AddNamed(string text, string name)
    {
        Add(text);
        _notes.Find(n => n.Text == text).Names.Add(name);
    }

    public ImmutableArray<string> ToImmutable() => [.. _notes.Select(n => n.Names.Count == 0 ? n.Text : $"{n.Text}: {Listed(n.Names)}.")];

    private static string Listed(List<string> names)
    {
        var shown = string.Join(", ", names.Take(NamesShown).Select(name => $"'{name}'"));
        return names.Count > NamesShown ? $"{shown} and {names.Count - NamesShown} more" : shown;
    }
}
