using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG041: nobody calls RegisterComponents. A field of a registered parent needs no call of its own, <c>register_module</c> makes it; a
/// root has no parent, and a Sequential does not make the call for its children.
/// </summary>
internal static class NeverRegistered
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        if (facts.Scope.IsRoot(facts.Type) && IsNeverRegistered(facts.Type, facts.Scope))
        {
            report(Diagnostic.Create(
                RegistrationDiagnostics.NeverRegistered, facts.Type.Locations[0], facts.Type.Name, "has no parent that would"));
        }

        foreach (var fill in facts.Fills)
        {
            if (fill.Container is null || !Components.IsSequential(fill.Container)) continue;
            foreach (var element in fill.Elements.SelectMany(element => Expand(element, facts))) Check(element, facts, report);
        }
    }

    private static void Check(IOperation element, ModuleFacts facts, Action<Diagnostic> report)
    {
        if (element.Type is not INamedTypeSymbol child || !TorchTypes.IsModule(child)) return;
        if (!IsNeverRegistered(child.OriginalDefinition, facts.Scope)) return;
        report(Diagnostic.Create(
            RegistrationDiagnostics.NeverRegistered, element.Syntax.GetLocation(), child.OriginalDefinition.Locations, child.Name,
            "a Sequential does not call it for its children"));
    }

    /// <summary>A local or a field that holds a collection stands for what the class puts into it.</summary>
    private static IEnumerable<IOperation> Expand(IOperation element, ModuleFacts facts) =>
        !Components.IsComponent(element.Type) && Operations.VariableOf(element) is { } collection
            ? facts.FillsOf(collection).SelectMany(static fill => fill.Elements)
            : [element];

    private static bool IsNeverRegistered(INamedTypeSymbol type, ModelScope scope)
    {
        if (type.IsAbstract || !Components.HasReadableChain(type)) return false;
        var hasComponents = false;
        foreach (var current in Components.SourceChain(type))
        {
            if (scope.Bodies.Of(current).MentionsRegistration) return false;
            hasComponents |= OwnerNames.HasOwners(current.OriginalDefinition, scope);
        }

        return hasComponents;
    }
}
