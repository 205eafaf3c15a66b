using System.Linq;
using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>LDG045: a field declared Tensor that is given a tensor requiring grad and never a Parameter.</summary>
internal static class TrainableTensor
{
    public static void Check(ModuleFacts facts, Action<Diagnostic> report)
    {
        foreach (var field in ModuleFacts.InstanceFields(facts.Type))
        {
            var member = Member.Written(field);
            if (!Components.IsPlainTensor(field.Type) || !IsTrainable(member, facts) || IsParameter(member, facts)) continue;
            report(Diagnostic.Create(RegistrationDiagnostics.TrainableTensor, member.Locations[0], member.Name));
        }
    }

    private static bool IsTrainable(ISymbol member, ModuleFacts facts) =>
        facts.GradRequests.Any(asked => SymbolEqualityComparer.Default.Equals(asked, member))
        || facts.AssignmentsTo(member).Any(assignment => RequiresGrad(assignment.Value));

    /// <summary>Given a Parameter somewhere, made into one, or registered as one by hand.</summary>
    private static bool IsParameter(ISymbol member, ModuleFacts facts) =>
        facts.AssignmentsTo(member).Any(assignment => TorchTypes.IsParameter(Operations.Unwrap(assignment.Value).Type))
        || facts.NamedRegistrations.Any(registration => SymbolEqualityComparer.Default.Equals(registration.Member, member))
        || facts.Arguments.Any(argument =>
            SymbolEqualityComparer.Default.Equals(argument.Member, member) && TorchTypes.IsParameter(argument.Taker));

    private static bool RequiresGrad(IOperation value) => Operations.Unwrap(value) switch
    {
        { Type: var type } when TorchTypes.IsParameter(type) => false,
        IConditionalOperation { WhenFalse: { } otherwise } choice => RequiresGrad(choice.WhenTrue) || RequiresGrad(otherwise),
        IBinaryOperation binary => RequiresGrad(binary.LeftOperand) || RequiresGrad(binary.RightOperand),
        IInvocationOperation call => Asks(call) || !call.TargetMethod.Name.StartsWith("detach", StringComparison.Ordinal) && Inherits(call),
        _ => false,
    };

    private static bool Asks(IInvocationOperation call) => call.Arguments.Any(static argument =>
        argument is { Parameter.Name: "requires_grad", Value.ConstantValue: { HasValue: true, Value: true } });

    private static bool Inherits(IInvocationOperation call) =>
        call.Instance is { } instance && Components.IsPlainTensor(instance.Type) && RequiresGrad(instance)
        || call.Arguments.Any(argument => Components.IsPlainTensor(argument.Value.Type) && RequiresGrad(argument.Value));
}
