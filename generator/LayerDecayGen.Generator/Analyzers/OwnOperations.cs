using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LayerDecayGen.Generator.Analyzers;

internal static class OwnOperations
{
    /// <summary>The operations of a type without those of its nested types, which a plain registration sees as well.</summary>
    public static void RegisterOwnOperationAction(
        this SymbolStartAnalysisContext start, Action<OperationAnalysisContext> action, params OperationKind[] kinds) =>
        start.RegisterOperationAction(
            context =>
            {
                if (SymbolEqualityComparer.Default.Equals(context.ContainingSymbol.ContainingType, start.Symbol)) action(context);
            },
            kinds);
}
