using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG047: the field is the compiler's, and so is its name: an auto-property or a captured parameter of a primary constructor.
/// </summary>
internal static class MangledName
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var field in ModuleFacts.InstanceFields(facts.Type))
        {
            if (field.AssociatedSymbol is not IPropertySymbol property || !Components.MayOwnParameters(field.Type)) continue;
            if (TorchTypes.RegisteredName(field) != field.Name || IsRegisteredByHand(property, facts)) continue;
            report(Diagnostic.Create(
                RegistrationDiagnostics.MangledName, property.Locations[0], property.Name, field.Name,
                $"add [field: ComponentName(Name = \"{property.Name}\")] or keep it in a field"));
        }

        foreach (var parameter in facts.Captures.Distinct<IParameterSymbol>(SymbolEqualityComparer.Default))
        {
            if (!Components.MayOwnParameters(parameter.Type)) continue;
            report(Diagnostic.Create(
                RegistrationDiagnostics.MangledName, parameter.Locations[0], parameter.Name, $"<{parameter.Name}>P", "keep it in a field"));
        }
    }

    private static bool IsRegisteredByHand(IPropertySymbol property, ModuleFacts facts) =>
        facts.NamedRegistrations.Any(registration => SymbolEqualityComparer.Default.Equals(registration.Member, property));
}
