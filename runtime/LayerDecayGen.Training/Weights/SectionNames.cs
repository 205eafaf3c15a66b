namespace LayerDecayGen.Training;

/// <summary>The names of typed sections. A buffer belongs to a section if the module that holds it holds a parameter of the section.</summary>
internal sealed class SectionNames
{
    private readonly HashSet<string> _parameters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _holders = new(StringComparer.Ordinal);

    public SectionNames(IEnumerable<SectionView> sections)
    {
        foreach (var name in sections.SelectMany(s => s.ParameterNames))
        {
            _parameters.Add(name);
            if (Holder(name) is { Length: > 0 } holder) _holders.Add(holder);
        }
    }

    public bool Contains(string name) => _parameters.Contains(name) || _holders.Contains(Holder(name));

    private static string Holder(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";
}
