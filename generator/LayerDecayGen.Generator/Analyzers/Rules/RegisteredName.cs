using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>LDG046: a registered name that throws, or that gives one component two names.</summary>
internal static class RegisteredName
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var registration in facts.NamedRegistrations)
        {
            if (registration.Name is null && IsOfModule(registration) && HasDot(registration.NameSyntax))
                report(Diagnostic.Create(RegistrationDiagnostics.RegisteredName, registration.NameSyntax.GetLocation(), Shown(registration.NameSyntax), Dotted));
            if (registration.Name is { } name && Problem(registration, name, facts) is { } problem)
            {
                report(Diagnostic.Create(RegistrationDiagnostics.RegisteredName, registration.NameSyntax.GetLocation(), name, problem));
            }
        }

        CheckComponentNames(facts, report);
    }

    private const string Dotted = "contains a dot, which register_module answers with an ArgumentException; the dots of a path come from nested modules";

    private static bool HasDot(SyntaxNode name) => name is InterpolatedStringExpressionSyntax { Contents: var contents }
        && contents.Any(static content => content is InterpolatedStringTextSyntax { TextToken.ValueText: var text } && text.Contains('.'));

    private static string Shown(SyntaxNode name) => string.Concat(((InterpolatedStringExpressionSyntax)name).Contents.Select(static content => content.ToString()));

    private static string? Problem(NamedRegistration registration, string name, ModuleFacts facts)
    {
        if (IsOfModule(registration) && name.Contains('.'))
        {
            return Dotted;
        }

        if (name.Length == 0) return "is empty, which registration answers with an exception; give the component a name";
        if (registration.Method.StartsWith("Conditionally", StringComparison.Ordinal)) return null;
        if (facts.NamedRegistrations.Any(earlier => IsRepeated(earlier, registration)) && !IsTakenAway(registration, facts))
        {
            return "is registered before in the same body, and a second time throws an InvalidOperationException; "
                + "give each component its own name";
        }

        return registration.Member is IFieldSymbol or IPropertySymbol ? ClashWithField(registration, name, facts) : null;
    }

    private static bool IsTakenAway(NamedRegistration registration, ModuleFacts facts) => facts.NamedRegistrations.Any(other =>
        other.Removes && other.Name == registration.Name && SymbolEqualityComparer.Default.Equals(other.Where, registration.Where));

    private static bool IsRepeated(NamedRegistration earlier, NamedRegistration later) =>
        earlier.Name == later.Name
        && IsOfModule(earlier) == IsOfModule(later)
        && SymbolEqualityComparer.Default.Equals(earlier.Where, later.Where)
        && Operations.RunsBefore(earlier.Syntax, later.Syntax);

    /// <summary>RegisterComponents registers the field too: under its own name, and before or after this call.</summary>
    private static string? ClashWithField(NamedRegistration registration, string name, ModuleFacts facts)
    {
        var field = ModuleFacts.InstanceFields(facts.Type).FirstOrDefault(field =>
            SymbolEqualityComparer.Default.Equals(Member.Written(field), registration.Member));
        if (field is null || !Components.IsComponent(field.Type) || ModelScope.OverridesRegisterComponents(facts.Type)) return null;
        var own = facts.Scope.Bodies.ChainOf(facts.Type).Any(static body => body.MentionsRegisterComponents);
        if (!own && !facts.Scope.IsHeld(facts.Type)) return null;
        var fieldName = TorchTypes.RegisteredName(field);
        if (fieldName != name)
        {
            return $"and \"{fieldName}\" both name '{registration.Member!.Name}', because {(own ? "RegisterComponents" : "the registration of its holder")} registers the member as well: "
                + $"state_dict lists it twice; register it as \"{fieldName}\" or name it by [ComponentName]";
        }

        return RegistrationOrder.IsAfterOwnRegistration(facts, registration.Where, registration.Syntax)
            && IsAssignedBefore(registration, facts)
            ? "was registered by RegisterComponents just before, and a second time throws an InvalidOperationException; remove this call"
            : null;
    }

    private static bool IsAssignedBefore(NamedRegistration registration, ModuleFacts facts) =>
        facts.AssignmentsTo(registration.Member!).Any(assignment =>
            !SymbolEqualityComparer.Default.Equals(assignment.Where, registration.Where)
            || !RegistrationOrder.IsAfterOwnRegistration(facts, assignment.Where, assignment.Syntax));

    private static void CheckComponentNames(ModuleFacts facts, Action<Diagnostic> report)
    {
        var taken = new Dictionary<string, IFieldSymbol>();
        foreach (var field in ModuleFacts.InstanceFields(facts.Type))
        {
            if (!Components.IsComponent(field.Type)) continue;
            var name = TorchTypes.RegisteredName(field);
            if (!taken.TryGetValue(name, out var first))
            {
                taken.Add(name, field);
            }
            else
            {
                report(Diagnostic.Create(
                    RegistrationDiagnostics.RegisteredName, Member.Written(field).Locations[0], name,
                    $"names '{Member.Written(first).Name}' as well: '{Member.Written(field).Name}' is not registered; "
                        + "give it its own name"));
            }
        }
    }

    private static bool IsOfModule(NamedRegistration registration) => registration.Method is "register_module" or "add_module";
}
