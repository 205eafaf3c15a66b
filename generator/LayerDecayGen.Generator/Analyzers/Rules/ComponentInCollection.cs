using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>LDG040: an array, list, dictionary or tuple of components that nothing registers.</summary>
internal static class ComponentInCollection
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var field in ModuleFacts.InstanceFields(facts.Type))
        {
            if (Components.IsComponent(field.Type) || !TorchTypes.IsCollection(field.Type)) continue;
            var component = TorchTypes.PartsOf(field.Type).FirstOrDefault(Components.MayOwnParameters);
            var member = Member.Written(field);
            if (component is null || IsRegistered(member, facts) || HoldsOnlyTracked(member, facts)) continue;
            var isModule = TorchTypes.IsModule(component);
            report(Diagnostic.Create(
                RegistrationDiagnostics.ComponentInCollection, member.Locations[0], member.Name, isModule ? "modules" : "parameters",
                field.Type.IsTupleType ? "field each" : (isModule ? "Module" : "Parameter") + (IsKeyed(field.Type) ? "Dict" : "List")));
        }
    }

    private static bool IsKeyed(ITypeSymbol type) => type is INamedTypeSymbol { TypeArguments.Length: 2 };

    /// <summary>
    /// Handed on to something that registers, element by element or whole; or a registered collection behind an interface.
    /// </summary>
    private static bool IsRegistered(ISymbol member, ModuleFacts facts) =>
        facts.NamedRegistrations.Any(registration =>
            registration.Name is null || SymbolEqualityComparer.Default.Equals(registration.Member, member))
        || facts.Arguments.Any(argument =>
            SymbolEqualityComparer.Default.Equals(argument.Member, member) && Components.IsComponent(argument.Taker))
        || facts.AssignmentsTo(member).Any(assignment => Components.IsComponent(Operations.Unwrap(assignment.Value).Type));

    /// <summary>A second way to reach components that fields or containers hold as well is no trap.</summary>
    private static bool HoldsOnlyTracked(ISymbol member, ModuleFacts facts)
    {
        var contents = facts.AssignmentsTo(member).SelectMany(assignment => Operations.Elements(assignment.Value))
            .Concat(facts.FillsOf(member).SelectMany(static fill => fill.Elements))
            .Where(element => Components.IsComponent(element.Type)).ToList();
        return contents.Count > 0 && contents.TrueForAll(element => IsTracked(element, facts));
    }

    private static bool IsTracked(IOperation element, ModuleFacts facts) =>
        Operations.RootMemberOf(element) is not null
        || Operations.VariableOf(element) is { } variable
            && (facts.Fills.Any(fill => fill.Container is not null && fill.Elements.Any(other => Same(other, variable)))
                || facts.Assignments.Any(assignment => Same(assignment.Value, variable)));

    private static bool Same(IOperation operation, ISymbol variable) =>
        SymbolEqualityComparer.Default.Equals(Operations.VariableOf(operation), variable);
}
