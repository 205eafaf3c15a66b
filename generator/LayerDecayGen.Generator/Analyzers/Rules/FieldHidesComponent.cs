using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG044: RegisterComponents takes each field name once. It walks from the most derived class to the base, and of each class it sees the
/// class's own fields and those it inherits, but not the private ones of a base: these come last.
/// </summary>
internal static class FieldHidesComponent
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var field in ModuleFacts.InstanceFields(facts.Type))
        {
            // An override is meant to take the place of the base's property.
            if (field.AssociatedSymbol is IPropertySymbol { IsOverride: true }) continue;
            if (HiddenBy(field, facts) is not { } hidden) continue;
            var member = Member.Written(field);
            report(Diagnostic.Create(
                RegistrationDiagnostics.FieldHidesComponent, member.Locations[0],
                Shown(member), Shown(Member.Written(hidden)), "from the most derived class", "one of them"));
        }

        CheckInherited(facts.Type, facts.Scope, report);
    }

    private static IFieldSymbol? HiddenBy(IFieldSymbol field, ModuleFacts facts)
    {
        for (var ancestor = facts.Type.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            foreach (var member in ancestor.GetMembers(field.Name))
            {
                if (member is IFieldSymbol { IsStatic: false } hidden && Components.MayOwnParameters(hidden.Type)) return hidden;
            }
        }

        return null;
    }

    /// <summary>
    /// A private component of a base class named like a field that all derived classes inherit, <c>Module.name</c> above all. The base
    /// itself registers it; each class derived from it does not, and the first of them is where it is said.
    /// </summary>
    private static void CheckInherited(INamedTypeSymbol type, ModelScope scope, Action<Diagnostic> report)
    {
        for (var holder = type.BaseType; holder is not null; holder = holder.BaseType)
        {
            foreach (var field in ModuleFacts.InstanceFields(holder))
            {
                if (field.DeclaredAccessibility != Accessibility.Private || !Components.MayOwnParameters(field.Type)) continue;
                if (InheritedNamesake(field) is not { } namesake || scope.Bodies.Of(holder).Registered?.HandsOver(field.Name) == true) continue;
                report(Diagnostic.Create(
                    RegistrationDiagnostics.FieldHidesComponent, type.Locations[0], field.Locations, namesake, Shown(Member.Written(field)),
                    $"of '{type.Name}' the one it inherits", "the component"));
            }

            if (!holder.DeclaringSyntaxReferences.IsEmpty) return;
        }
    }

    private static string? InheritedNamesake(IFieldSymbol field)
    {
        for (var ancestor = field.ContainingType.BaseType; ancestor is not null; ancestor = ancestor.BaseType)
        {
            foreach (var member in ancestor.GetMembers(field.Name))
            {
                if (member is IFieldSymbol { IsStatic: false, DeclaredAccessibility: not Accessibility.Private }) return Shown(member);
            }
        }

        // Internal to TorchSharp, so no symbol shows them; reflection does.
        return field.Name is "handle" or "boxedModule" ? "Module." + field.Name : null;
    }

    private static string Shown(ISymbol member) => $"{member.ContainingType.Name}.{member.Name}";
}
