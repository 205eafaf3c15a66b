using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>LDG044: RegisterComponents takes each field name once, from the most derived class, whatever the field there holds.</summary>
internal static class FieldHidesComponent
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var field in ModuleFacts.InstanceFields(facts.Type)) {
            // An override is meant to take the place of the base's property.
            if (field.AssociatedSymbol is IPropertySymbol { IsOverride: true }) continue;
            if (HiddenBy(field, facts) is not { } hidden) continue;
            var member = Operations.Written(field);
            report(Diagnostic.Create(
                RegistrationRules.FieldHidesComponent, member.Locations[0],
                Shown(member), Shown(Operations.Written(hidden))));
        }
    }

    private static IFieldSymbol? HiddenBy(IFieldSymbol field, ModuleFacts facts)
    {
        for (var ancestor = facts.Type.BaseType; ancestor is not null; ancestor = ancestor.BaseType) {
            foreach (var member in ancestor.GetMembers(field.Name)) {
                if (member is IFieldSymbol { IsStatic: false } hidden && Components.MayOwnParameters(hidden.Type)) return hidden;
            }
        }

        return null;
    }

    private static string Shown(ISymbol member) => $"{member.ContainingType.Name}.{member.Name}";
}
