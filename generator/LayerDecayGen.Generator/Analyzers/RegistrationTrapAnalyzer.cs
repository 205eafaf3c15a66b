using System.Collections.Immutable;
using LayerDecayGen.Generator.Analyzers.Rules;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Parser;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>
/// The registration traps of TorchSharp, LDG040 to LDG050, in the module classes that opted in, LDG019 and LDG022. One analyzer for
/// all of them, because all judge the same facts of a class and of the models it belongs to, and these are read once.
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
        RegistrationRules.ComponentInCollection,
        RegistrationRules.NeverRegistered,
        RegistrationRules.ComponentAfterRegistration,
        RegistrationRules.BaseConstructorRegisters,
        RegistrationRules.FieldHidesComponent,
        RegistrationRules.TrainableTensor,
        RegistrationRules.RegisteredName,
        RegistrationRules.MangledName,
        RegistrationRules.ComponentReplaced,
        RegistrationRules.AppendedTwice,
        RegistrationRules.UsingInitResult,
        LayerRules.TwoRoots,
        ParameterRules.NeverRead);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start => {
            if (start.Compilation.GetTypeByMetadataName("LayerDecayGen.LayerDecayAttribute") is not { } layerDecay) return;
            if (start.Compilation.GetTypeByMetadataName("TorchSharp.torch+nn+Module") is null) return;
            var scope = new ModelScope(start.Compilation, layerDecay, start.Options.AnalyzerConfigOptionsProvider);
            start.RegisterSymbolStartAction(symbol => StartType(symbol, scope), SymbolKind.NamedType);
        });
    }

    private static void StartType(SymbolStartAnalysisContext context, ModelScope scope)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.IsStatic) context.RegisterSymbolEndAction(end => TwoRoots.Check(type, scope, end.ReportDiagnostic));
        else if (TorchTypes.IsModule(type)) context.RegisterSymbolEndAction(end => NeverRead.Check(type, scope, end.ReportDiagnostic));
        var isModule = TorchTypes.IsModule(type);
        if (!scope.Contains(type)) {
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
        context.RegisterSymbolEndAction(end => {
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
