using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Collects findings at real locations; what has none of its own is reported on the class.</summary>
internal sealed class Reporter(Location fallback)
{
    private readonly HashSet<(string Id, Location At)> _places = [];
    private ImmutableArray<Diagnostic>.Builder? _findings;

    /// <summary>Whether something was found that forbids to generate.</summary>
    public bool HasErrors { get; private set; }

    public ImmutableArray<Diagnostic> Findings => _findings?.ToImmutable() ?? ImmutableArray<Diagnostic>.Empty;

    public void Report(DiagnosticDescriptor rule, Location? location, params object?[] arguments) =>
        Report(rule, location, ImmutableDictionary<string, string?>.Empty, arguments);

    /// <summary>The same with what a code fix needs to know.</summary>
    public void Report(DiagnosticDescriptor rule, Location? location, ImmutableDictionary<string, string?> properties, params object?[] arguments)
    {
        HasErrors |= rule.DefaultSeverity == DiagnosticSeverity.Error;
        // One attribute may be read for many instances; the mistake in it is one.
        if (location is not null && !_places.Add((rule.Id, location))) return;
        _findings ??= ImmutableArray.CreateBuilder<Diagnostic>();
        _findings.Add(Diagnostic.Create(rule, location ?? fallback, properties, arguments));
    }
}
