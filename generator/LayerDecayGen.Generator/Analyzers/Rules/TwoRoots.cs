using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG019: a static class describes a model that describes itself, or that another static class describes. A call of GetParameterGroups
/// finds the model's own method before any extension, and cannot choose between two extensions.
/// </summary>
internal static class TwoRoots
{
    public static void Check(INamedTypeSymbol carrier, ModelReadings readings, Action<Diagnostic> report)
    {
        if (ModelReader.DescribedBy(carrier) is not { } model || SymbolEqualityComparer.Default.Equals(model, carrier)) return;
        var other = ModelReader.DescribedBy(model) is not null ? model : null;
        foreach (var one in readings.CarriersOf(model))
            if (other is null && !SymbolEqualityComparer.Default.Equals(one, carrier))
                other = one;
        if (other is not null)
            report(Diagnostic.Create(LayerDiagnostics.TwoRoots, carrier.Locations[0], other.Locations, model.Name, carrier.Name, other.Name));
    }
}
