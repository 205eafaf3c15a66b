using System.Collections.Immutable;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>What the transform hands on: values for the text, diagnostics with their real locations.</summary>
public sealed record ParseResult(LayoutModel? Model, DiagnosticList Diagnostics)
{
    /// <summary>Nothing to emit and nothing to say: another declaration of the same class speaks for it.</summary>
    public static ParseResult Nothing { get; } = new(null, DiagnosticList.Empty);
}

/// <summary>Diagnostics compared by content.</summary>
public sealed class DiagnosticList : IEquatable<DiagnosticList>
{
    private readonly ImmutableArray<Diagnostic> _items;

    private DiagnosticList(ImmutableArray<Diagnostic> items) => _items = items;

    /// <summary>No diagnostics.</summary>
    public static DiagnosticList Empty { get; } = new(ImmutableArray<Diagnostic>.Empty);

    /// <summary>Wraps what was collected.</summary>
    public static DiagnosticList From(List<Diagnostic>? items) =>
        items is null or { Count: 0 } ? Empty : new(ImmutableArray.CreateRange(items));

    /// <inheritdoc/>
    public bool Equals(DiagnosticList? other)
    {
        if (other is null || other._items.Length != _items.Length) return false;
        for (var i = 0; i < _items.Length; i++)
            if (!_items[i].Equals(other._items[i]))
                return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DiagnosticList);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Length;

    /// <summary>Enumerates without allocation.</summary>
    public ImmutableArray<Diagnostic>.Enumerator GetEnumerator() => _items.GetEnumerator();
}
