using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>LDG050: <c>using</c> on what an init call returns, which is the parameter itself.</summary>
internal static class UsingInitResult
{
    public static void Check(IOperation operation, Action<Diagnostic> report)
    {
        var resources = operation is IUsingDeclarationOperation declaration
            ? declaration.DeclarationGroup
            : ((IUsingOperation)operation).Resources;
        if (resources is not IVariableDeclarationGroupOperation group)
        {
            Report(resources, report);
            return;
        }

        foreach (var variables in group.Declarations)
        {
            foreach (var variable in variables.Declarators)
            {
                if (variable.GetVariableInitializer() is { Value: var value }) Report(value, report);
            }
        }
    }

    private static void Report(IOperation resource, Action<Diagnostic> report)
    {
        if (Operations.Unwrap(resource) is not IInvocationOperation { TargetMethod: { } method } call) return;
        if (!Components.IsInit(method.ContainingType) || !Components.IsPlainTensor(method.ReturnType)) return;
        report(Diagnostic.Create(RegistrationDiagnostics.UsingInitResult, call.Syntax.GetLocation(), method.Name));
    }
}
