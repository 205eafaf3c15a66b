using System.Collections.Immutable;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LayerDecayGen.Generator.Analyzers;

/// <summary>Readings of an operation that several rules share.</summary>
internal static class Operations
{
    public static IOperation Unwrap(IOperation operation)
    {
        while (true)
        {
            if (operation is IConversionOperation conversion) operation = conversion.Operand;
            else if (operation is IParenthesizedOperation parenthesized) operation = parenthesized.Operand;
            else return operation;
        }
    }

    /// <summary>The instance field or auto-property an operation reads or writes.</summary>
    public static ISymbol? MemberOf(IOperation? operation) => operation is null ? null : Unwrap(operation) switch
    {
        IFieldReferenceOperation { Field: { IsStatic: false } field } => Member.Written(field.OriginalDefinition),
        IPropertyReferenceOperation { Property: { IsStatic: false } property } when IsAutoProperty(property) => property.OriginalDefinition,
        _ => null,
    };

    /// <summary>The variable an element comes from: a member, a local or a parameter.</summary>
    public static ISymbol? VariableOf(IOperation operation) => Unwrap(operation) switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => MemberOf(operation),
    };

    /// <summary>The member a value is taken from: itself, or what an index was applied to.</summary>
    public static ISymbol? RootMemberOf(IOperation operation) => Unwrap(operation) switch
    {
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } instance } => RootMemberOf(instance),
        IArrayElementReferenceOperation element => RootMemberOf(element.ArrayReference),
        var value => MemberOf(value),
    };

    public static bool IsOfThis(IOperation operation) =>
        Unwrap(operation) is IMemberReferenceOperation
        {
            Instance: IInstanceReferenceOperation
            {
                ReferenceKind: InstanceReferenceKind.ContainingTypeInstance
            }
        };

    public static bool IsAutoProperty(IPropertySymbol property) =>
        !property.OriginalDefinition.ContainingType.GetMembers("<" + property.Name + ">k__BackingField").IsEmpty;

    public static ITypeSymbol TypeOf(ISymbol member) => member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;

    /// <summary>What runs later than its place in the text says.</summary>
    public static bool IsInNestedFunction(IOperation operation)
    {
        for (var current = operation.Parent; current is not null; current = current.Parent)
        {
            if (current is IAnonymousFunctionOperation or ILocalFunctionOperation) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether a statement has surely run before another of the same body: earlier in the text and not in a branch of its own.
    /// </summary>
    public static bool RunsBefore(SyntaxNode first, SyntaxNode second) =>
        first.Span.End <= second.SpanStart
        && first.FirstAncestorOrSelf<StatementSyntax>()?.Parent is (BlockSyntax or SwitchSectionSyntax) and var block
        && block.Span.Contains(second.Span);

    /// <summary>
    /// The single values a list of arguments brings: elements of arrays, tuples, collections and of the calls that build them.
    /// </summary>
    public static ImmutableArray<IOperation> Elements(IEnumerable<IOperation> operations)
    {
        var elements = ImmutableArray.CreateBuilder<IOperation>();
        foreach (var operation in operations) Collect(operation, elements);
        return elements.ToImmutable();
    }

    public static ImmutableArray<IOperation> Elements(IOperation operation) => Elements([operation]);

    private static void Collect(IOperation wrapped, ImmutableArray<IOperation>.Builder elements)
    {
        var operation = Unwrap(wrapped);
        if (Components.IsComponent(operation.Type) && operation is not IConditionalOperation || !IsComposite(operation))
            elements.Add(operation);
        else foreach (var child in Children(operation)) Collect(child, elements);
    }

    private static bool IsComposite(IOperation operation) =>
        operation is IArrayCreationOperation or ITupleOperation or IObjectCreationOperation
        or IDelegateCreationOperation or IAnonymousFunctionOperation or IConditionalOperation or IArgumentOperation
        || operation is IInvocationOperation && !TorchTypes.IsTensor(operation.Type)
        || operation.Syntax is CollectionExpressionSyntax or SpreadElementSyntax;

    private static IEnumerable<IOperation> Children(IOperation operation) => operation switch
    {
        IArrayCreationOperation array => array.Initializer is { } initializer ? initializer.ElementValues : ImmutableArray<IOperation>.Empty,
        IConditionalOperation { WhenFalse: { } otherwise } conditional => [conditional.WhenTrue, otherwise],
        IAnonymousFunctionOperation function => Returned(function),
        IObjectCreationOperation { Initializer: { } initializer } creation => [.. creation.Arguments, .. initializer.Initializers],
        _ => operation.ChildOperations,
    };

    private static IEnumerable<IOperation> Returned(IAnonymousFunctionOperation function)
    {
        foreach (var statement in function.Body.Operations)
        {
            if (statement is IReturnOperation { ReturnedValue: { } value }) yield return value;
        }
    }
}
