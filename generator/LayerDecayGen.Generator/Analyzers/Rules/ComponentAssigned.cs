using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>
/// LDG042, LDG043 and LDG048: a component arrives after registration. One look at when it happens tells which: after the constructor's
/// own call, after the base constructor's, or after construction.
/// </summary>
internal static class ComponentAssigned
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var assignment in facts.Assignments) Check(assignment, facts, report);
        foreach (var fill in facts.Fills) Check(fill, facts, report);
    }

    /// <summary>An assignment from a class that is not the component's owner: <c>model.fc = Linear(...)</c>.</summary>
    public static void CheckForeign(ISymbol member, IAssignmentOperation assignment, ModelScope scope, Action<Diagnostic> report)
    {
        if (!IsNewComponent(member, assignment.Value, scope) || !scope.Construction.RegistersInConstructor(member.ContainingType)) return;
        report(Replaced(member, assignment.Syntax));
    }

    private static void Check(Assignment assignment, ModuleFacts facts, Action<Diagnostic> report)
    {
        var (member, value, where, syntax, ofThis) = assignment;
        if (!IsNewComponent(member, value, facts.Scope) || !facts.Scope.Contains(member.ContainingType)) return;
        if (!ofThis)
        {
            if (facts.Scope.Construction.RegistersInConstructor(member.ContainingType)) report(Replaced(member, syntax));
        }
        else if (facts.IsRegisteredByHand(member, where, syntax.SpanStart)
            || ModelScope.OverridesRegisterComponents(facts.Type))
        {
            // The class takes registration into its own hands here.
        }
        else if (where is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor
            && facts.Scope.Construction.InitializerRegisters(constructor, "base"))
        {
            report(Diagnostic.Create(
                RegistrationDiagnostics.BaseConstructorRegisters, syntax.GetLocation(), member.Name, facts.Type.BaseType!.Name));
        }
        else if (RegistrationOrder.IsAfterOwnRegistration(facts, where, syntax))
        {
            report(Late(member, syntax, "assigned"));
        }
        else if (RegistrationOrder.IsAfterConstruction(facts, where))
        {
            report(Replaced(member, syntax));
        }
    }

    private static void Check(Fill fill, ModuleFacts facts, Action<Diagnostic> report)
    {
        if (fill.Receiver is not (IFieldSymbol or IPropertySymbol) || !Components.IsModuleCollection(fill.Container)) return;
        if (!fill.Elements.Any(element => IsUntracked(element, facts.Scope))
            || facts.NamedRegistrations.Any(registration => SymbolEqualityComparer.Default.Equals(registration.Where, fill.Where)))
            return;
        var isReplacement = fill.Syntax is AssignmentExpressionSyntax;
        if (RegistrationOrder.IsAfterOwnRegistration(facts, fill.Where, fill.Syntax))
        {
            report(Late(fill.Receiver, fill.Syntax, isReplacement ? "given a new element" : "filled"));
        }
        else if (RegistrationOrder.IsAfterConstruction(facts, fill.Where))
        {
            report(isReplacement ? Replaced(fill.Receiver, fill.Syntax) : Late(fill.Receiver, fill.Syntax, "filled"));
        }
    }

    /// <summary>
    /// Null takes a component away, <c>fc = fc.to(device)</c> gives the same one back, another member is registered under its own name,
    /// and an empty list loses nothing before it is filled.
    /// </summary>
    private static bool IsNewComponent(ISymbol member, IOperation value, ModelScope scope)
    {
        var source = Operations.Unwrap(value);
        if (!Components.IsComponent(Operations.TypeOf(member)) && !TorchTypes.IsParameter(source.Type)) return false;
        if (!IsUntracked(source, scope) || source is IObjectCreationOperation { Initializer: null } && IsEmptyList(source)) return false;
        return !source.DescendantsAndSelf().Any(part => SymbolEqualityComparer.Default.Equals(Operations.MemberOf(part), member));
    }

    private static bool IsUntracked(IOperation component, ModelScope scope) =>
        component is not IDefaultValueOperation && Operations.RootMemberOf(component) is null && OwnerNames.MayOwn(component, scope);

    private static bool IsEmptyList(IOperation creation) =>
        Components.IsModuleCollection(creation.Type) && Operations.Elements(creation.ChildOperations).IsEmpty;

    private static Diagnostic Late(ISymbol member, SyntaxNode syntax, string how) =>
        Diagnostic.Create(RegistrationDiagnostics.ComponentAfterRegistration, syntax.GetLocation(), member.Name, how);

    private static Diagnostic Replaced(ISymbol member, SyntaxNode syntax) =>
        Diagnostic.Create(RegistrationDiagnostics.ComponentReplaced, syntax.GetLocation(), member.Name, member.ContainingType.Name);
}
