using System.Collections.Immutable;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>What one annotated class says: the values that its text is made of, and what is wrong with it.</summary>
/// <param name="Model">Null where something forbids to generate.</param>
/// <param name="Findings">What the analyzer reports.</param>
/// <param name="Classes">The classes whose attributes were read.</param>
internal sealed record ModelReading(LayoutModel? Model, ImmutableArray<Diagnostic> Findings, IReadOnlyCollection<INamedTypeSymbol> Classes)
{
    /// <summary>The sections with the attributes that open them, in the order of the groups file.</summary>
    public IReadOnlyList<OpenedSection> Sections { get; init; } = [];
}
