using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG019: a static class describes a model that describes itself, or that another static class describes. A call of GetParameterGroups
/// finds the model's own method before any extension, and cannot choose between two extensions.
/// </summary>
internal static class TwoRoots
{
    public static void Check(INamedTypeSymbol carrier, ModelScope scope, Action<Diagnostic> report)
    {
        if (scope.DescribedBy(carrier) is not { } model || SymbolEqualityComparer.Default.Equals(model, carrier)) return;
        var other = scope.DescribedBy(model) is not null
            ? model
            : scope.CarriersOf(model).FirstOrDefault(one => !SymbolEqualityComparer.Default.Equals(one, carrier));
        if (other is not null)
            report(Diagnostic.Create(LayerRules.TwoRoots, carrier.Locations[0], other.Locations, model.Name, carrier.Name, other.Name));
    }
}
