using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>Collects diagnostics at real locations; what has none of its own is reported on the class.</summary>
internal sealed class Reporter(Location fallback)
{
    private List<Diagnostic>? _items;

    /// <summary>Whether something was reported that forbids to emit.</summary>
    public bool HasErrors { get; private set; }

    public DiagnosticList Diagnostics => DiagnosticList.From(_items);

    public void Report(DiagnosticDescriptor rule, Location? location, params object?[] arguments)
    {
        // One attribute may be read for many instances; the mistake in it is one.
        var at = location ?? fallback;
        _items ??= [];
        if (location is null || !_items.Exists(said => said.Id == rule.Id && said.Location == at))
            _items.Add(Diagnostic.Create(rule, at, arguments));
        HasErrors |= rule.DefaultSeverity == DiagnosticSeverity.Error;
    }
}
