using System.Collections.Immutable;
using LayerDecayGen.Generator.Analyzers.Rules;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// The registration traps of TorchSharp, LDG040 to LDG050, in the module classes that opted in. One analyzer for
/// all of them, because all judge the same facts of a class, and these are read once.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RegistrationTrapAnalyzer : DiagnosticAnalyzer
{
    private static readonly Action<ModuleFacts, Action<Diagnostic>>[] Rules = [
        ComponentInCollection.Check,
        NeverRegistered.Check,
        ComponentAssigned.Check,
        FieldHidesComponent.Check,
        TrainableTensor.Check,
        RegisteredName.Check,
        MangledName.Check,
        AppendedTwice.Check,
    ];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(
        RegistrationDiagnostics.ComponentInCollection,
        RegistrationDiagnostics.NeverRegistered,
        RegistrationDiagnostics.ComponentAfterRegistration,
        RegistrationDiagnostics.BaseConstructorRegisters,
        RegistrationDiagnostics.FieldHidesComponent,
        RegistrationDiagnostics.TrainableTensor,
        RegistrationDiagnostics.RegisteredName,
        RegistrationDiagnostics.MangledName,
        RegistrationDiagnostics.ComponentReplaced,
        RegistrationDiagnostics.AppendedTwice,
        RegistrationDiagnostics.UsingInitResult);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("LayerDecayGen.LayerDecayAttribute") is null) return;
            if (start.Compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module") is null) return;
            var scope = new ModelScope(start.Compilation, start.Options.AnalyzerConfigOptionsProvider);
            start.RegisterSymbolStartAction(symbol => StartType(symbol, scope), SymbolKind.NamedType);
        });
    }

    private static void StartType(SymbolStartAnalysisContext context, ModelScope scope)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var isModule = TorchTypes.IsModule(type);
        if (!scope.Contains(type))
        {
            context.RegisterOwnOperationAction(operation => CheckForeign(operation, scope), OperationKind.SimpleAssignment);
            if (isModule || !scope.HasRoots) return;
        }

        // Weights are often initialised by a helper that is no module: it belongs to the models of its compilation.
        context.RegisterOwnOperationAction(
            operation => UsingInitResult.Check(operation.Operation, operation.ReportDiagnostic),
            OperationKind.Using, OperationKind.UsingDeclaration);
        if (isModule) CheckAtEnd(context, new ModuleFacts(type, scope));
    }

    private static void CheckAtEnd(SymbolStartAnalysisContext context, ModuleFacts facts)
    {
        new FactCollector(facts).Register(context);
        context.RegisterSymbolEndAction(end =>
        {
            foreach (var check in Rules) check(facts, end.ReportDiagnostic);
        });
    }

    private static void CheckForeign(OperationAnalysisContext context, ModelScope scope)
    {
        var assignment = (IAssignmentOperation)context.Operation;
        if (Operations.MemberOf(assignment.Target) is not { } member || !Components.IsComponent(Operations.TypeOf(member))) return;
        if (!scope.Contains(member.ContainingType)) return;
        ComponentAssigned.CheckForeign(member, assignment, scope, context.ReportDiagnostic);
    }
}
