using System.Collections.Immutable;
using System.Linq;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>Reads the operations of one module class into its facts. It judges nothing.</summary>
internal sealed class FactCollector(ModuleFacts facts)
{
    public void Register(SymbolStartAnalysisContext context)
    {
        context.RegisterOwnOperationAction(ReadAssignment, OperationKind.SimpleAssignment, OperationKind.CoalesceAssignment);
        context.RegisterOwnOperationAction(ReadInitializer, OperationKind.FieldInitializer, OperationKind.PropertyInitializer);
        context.RegisterOwnOperationAction(ReadLocal, OperationKind.VariableDeclarator);
        context.RegisterOwnOperationAction(ReadInvocation, OperationKind.Invocation);
        context.RegisterOwnOperationAction(ReadCreation, OperationKind.ObjectCreation);
        context.RegisterOwnOperationAction(ReadParameter, OperationKind.ParameterReference);
    }

    private void ReadAssignment(OperationAnalysisContext context)
    {
        var assignment = (IAssignmentOperation)context.Operation;
        if (assignment.Target is IPropertyReferenceOperation { Property.Name: "requires_grad" } flag)
        {
            if (Operations.MemberOf(flag.Instance) is { } asked && assignment.Value.ConstantValue is { Value: true })
                facts.GradRequests.Enqueue(asked);
        }
        else if (Operations.IsInNestedFunction(assignment))
        {
            // When it runs cannot be told from where it stands.
        }
        else if (Operations.MemberOf(assignment.Target) is { } member)
        {
            facts.Assignments.Enqueue(
                new(member, assignment.Value, context.ContainingSymbol, assignment.Syntax, Operations.IsOfThis(assignment.Target)));
        }
        else if (IndexedBy(assignment.Target) is { } receiver)
        {
            AddFill(context, receiver, [assignment.Value]);
        }
    }

    private static IOperation? IndexedBy(IOperation target) => target switch
    {
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } => instance,
        IArrayElementReferenceOperation element => element.ArrayReference,
        _ => null,
    };

    private void ReadInitializer(OperationAnalysisContext context)
    {
        var initializer = (ISymbolInitializerOperation)context.Operation;
        var members = initializer switch
        {
            IFieldInitializerOperation field => ImmutableArray<ISymbol>.CastUp(field.InitializedFields),
            IPropertyInitializerOperation property => ImmutableArray<ISymbol>.CastUp(property.InitializedProperties),
            _ => ImmutableArray<ISymbol>.Empty,
        };
        foreach (var member in members)
        {
            if (!member.IsStatic) facts.Assignments.Enqueue(new(member, initializer.Value, member, initializer.Syntax, OfThis: true));
        }
    }

    private void ReadLocal(OperationAnalysisContext context)
    {
        var declarator = (IVariableDeclaratorOperation)context.Operation;
        if (declarator.GetVariableInitializer()?.Value is not { } value) return;
        facts.Fills.Enqueue(new(null, declarator.Symbol, Operations.Elements(value), context.ContainingSymbol, declarator.Syntax));
    }

    private void ReadInvocation(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        var method = call.TargetMethod;
        ReadArguments(call.Arguments, call.Instance?.Type ?? method.ReturnType);
        if (ClassBody.IsNamedRegistration(method.Name) && call.Arguments.Length >= 2) ReadNamedRegistration(context, call);
        else if (call.Instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance })
            ReadOwnCall(context, call);
        if (method.Name is "requires_grad_" && call.Arguments is [{ Value.ConstantValue: { Value: true } }]
            && Operations.MemberOf(call.Instance) is { } asked)
        {
            facts.GradRequests.Enqueue(asked);
        }

        ReadFill(context, call);
    }

    private void ReadNamedRegistration(OperationAnalysisContext context, IInvocationOperation call)
    {
        if (call.Instance is not IInstanceReferenceOperation) return;
        IOperation? name = null, component = null;
        foreach (var argument in call.Arguments)
        {
            if (argument.Parameter is { Ordinal: 0 }) name = argument.Value;
            if (argument.Parameter is { Ordinal: 1 }) component = argument.Value;
        }

        if (name is null || component is null) return;
        facts.NamedRegistrations.Enqueue(new(
            call.TargetMethod.Name, name.ConstantValue is { HasValue: true, Value: string text } ? text : null,
            name.Syntax, Operations.RootMemberOf(component),
            Operations.Unwrap(component).ConstantValue is { HasValue: true, Value: null }, context.ContainingSymbol, call.Syntax));
    }

    private void ReadOwnCall(OperationAnalysisContext context, IInvocationOperation call)
    {
        if (!Operations.IsInNestedFunction(call)) facts.OwnCalls.Enqueue(new(call.TargetMethod, context.ContainingSymbol, call.Syntax));
    }

    private void ReadFill(OperationAnalysisContext context, IInvocationOperation call)
    {
        var method = call.TargetMethod;
        var values = call.Arguments.Select(static argument => argument.Value);
        if (method.MethodKind == MethodKind.Constructor)
        {
            if (TorchTypes.IsTorchSharp(method.ContainingType) && Components.IsContainer(method.ContainingType))
            {
                AddFill(context, method.ContainingType, null, values);
            }
        }
        else if (method.IsStatic)
        {
            if (Components.IsContainer(method.ReturnType) && TorchTypes.IsTorchSharp(method.ContainingType))
                AddFill(context, method.ReturnType, null, values);
        }
        else if (call.Instance is { } receiver
            && method.Name is "append" or "Add" or "Insert" or "extend" or "AddRange" or "Enqueue" or "Push")
        {
            AddFill(context, receiver, values);
        }
    }

    private void ReadCreation(OperationAnalysisContext context)
    {
        var creation = (IObjectCreationOperation)context.Operation;
        ReadArguments(creation.Arguments, creation.Type);
        if (!Components.IsContainer(creation.Type) || !TorchTypes.IsTorchSharp((INamedTypeSymbol)creation.Type!)) return;
        AddFill(context, creation.Type, null, creation.Arguments.Select(static argument => argument.Value));
    }

    private void ReadArguments(ImmutableArray<IArgumentOperation> arguments, ITypeSymbol? taker)
    {
        foreach (var argument in arguments)
        {
            foreach (var element in Operations.Elements(argument.Value))
            {
                if (Operations.RootMemberOf(element) is { } member) facts.Arguments.Enqueue((member, taker));
            }
        }
    }

    private void ReadParameter(OperationAnalysisContext context)
    {
        var parameter = ((IParameterReferenceOperation)context.Operation).Parameter;
        if (parameter.ContainingSymbol is not IMethodSymbol { MethodKind: MethodKind.Constructor } constructor) return;
        if (context.ContainingSymbol is IMethodSymbol method && !SymbolEqualityComparer.Default.Equals(method, constructor))
        {
            facts.Captures.Enqueue(parameter);
        }
    }

    private void AddFill(OperationAnalysisContext context, IOperation receiver, IEnumerable<IOperation> values) =>
        AddFill(context, Components.IsContainer(receiver.Type) ? receiver.Type : null, receiver, values);

    private void AddFill(OperationAnalysisContext context, ITypeSymbol? container, IOperation? receiver, IEnumerable<IOperation> values) =>
        facts.Fills.Enqueue(new(
            container, receiver is null ? null : Operations.VariableOf(receiver), Operations.Elements(values),
            context.ContainingSymbol, context.Operation.Syntax));
}
