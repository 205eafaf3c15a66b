using System.Linq;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>Whether something happens before or after the components of the instance were registered; unsure counts as before.</summary>
internal static class RegistrationOrder
{
    /// <summary>
    /// After a call in the same constructor, after a constructor of the same class that it calls first, or in a method called there.
    /// </summary>
    public static bool IsAfterOwnRegistration(ModuleFacts facts, ISymbol where, SyntaxNode node)
    {
        if (where is not IMethodSymbol method) return false;
        if (method.MethodKind == MethodKind.Constructor) return IsAfterInConstructor(facts, method, node);
        var calls = facts.OwnCalls.Where(call => SymbolEqualityComparer.Default.Equals(call.Method.OriginalDefinition, method)).ToList();
        return calls.Count > 0 && calls.TrueForAll(call =>
            call.Where is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
                && IsAfterInConstructor(facts, constructor, call.Syntax));
    }

    /// <summary>In code that runs when the instance is complete: not in a constructor or initializer, nor in what these call.</summary>
    public static bool IsAfterConstruction(ModuleFacts facts, ISymbol where) =>
        where is IMethodSymbol { MethodKind: not MethodKind.Constructor } method
        && facts.Scope.Construction.RegistersInConstructor(facts.Type)
        && !facts.Scope.Construction.BelongsToConstruction((method.AssociatedSymbol ?? method).Name, facts.Type);

    private static bool IsAfterInConstructor(ModuleFacts facts, IMethodSymbol constructor, SyntaxNode node) =>
        facts.Scope.Construction.InitializerRegisters(constructor, "this")
        || facts.OwnCalls.Any(call => call.Method is { Name: ClassBody.RegisterComponents, Parameters.IsEmpty: true }
            && SymbolEqualityComparer.Default.Equals(call.Where, constructor) && Operations.RunsBefore(call.Syntax, node));
}
