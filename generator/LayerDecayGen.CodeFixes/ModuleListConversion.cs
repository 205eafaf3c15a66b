using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>
/// Every place of a class that has to change when a field of it becomes a <c>ModuleList</c>; possible only when all of them can.
/// </summary>
internal sealed class ModuleListConversion
{
    private readonly Dictionary<SyntaxNode, SyntaxNode> _changes = [];
    private readonly string _list;

    public ModuleListConversion(SemanticModel model, IFieldSymbol field, VariableDeclaratorSyntax declarator)
    {
        var declaration = (VariableDeclarationSyntax)declarator.Parent!;
        var element = declaration.Type switch
        {
            ArrayTypeSyntax array => array.ElementType,
            NullableTypeSyntax { ElementType: ArrayTypeSyntax array } => array.ElementType,
            var type => type.DescendantNodesAndSelf().OfType<GenericNameSyntax>().First().TypeArgumentList.Arguments[0],
        };
        _list = $"ModuleList<{element.WithoutTrivia()}>";
        IsPossible = true;
        Change(declaration.Type, SyntaxFactory.ParseTypeName(declaration.Type is NullableTypeSyntax ? _list + "?" : _list));
        if (declarator.Initializer is { Value: var initial }) ChangeValue(initial);
        var owner = declarator.FirstAncestorOrSelf<TypeDeclarationSyntax>()!;
        foreach (var name in owner.DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (name.Identifier.ValueText != field.Name) continue;
            if (SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol, field)) ChangeUse(name);
        }
    }

    public bool IsPossible { get; private set; }

    public SyntaxNode Apply(SyntaxNode root) =>
        root.ReplaceNodes(_changes.Keys, (original, _) => _changes[original].WithTriviaFrom(original));

    private void ChangeUse(IdentifierNameSyntax name)
    {
        var use = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own ? own : (ExpressionSyntax)name;
        switch (use.Parent)
        {
            case AssignmentExpressionSyntax assignment when assignment.Left == use:
                ChangeValue(assignment.Right);
                break;
            case MemberAccessExpressionSyntax access when access.Expression == use:
                var renamed = access.Name.Identifier.ValueText switch { "Length" => "Count", "AddRange" => "extend", _ => null };
                if (renamed is not null) Change(access.Name, SyntaxFactory.IdentifierName(renamed));
                break;
            // An array filled by index has its length before its modules; a ModuleList grows by Add.
            case ElementAccessExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } access when assignment.Left == access:
                IsPossible = false;
                break;
        }
    }

    private void ChangeValue(ExpressionSyntax value)
    {
        switch (value)
        {
            case CollectionExpressionSyntax or LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NullLiteralExpression }:
            case PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression }:
                break;
            case ImplicitObjectCreationExpressionSyntax { ArgumentList.Arguments.Count: 0 }:
                break;
            case ObjectCreationExpressionSyntax { ArgumentList: null or { Arguments.Count: 0 } } creation:
                Change(creation.Type, SyntaxFactory.ParseTypeName(_list));
                break;
            case ArrayCreationExpressionSyntax { Initializer: { } elements }:
                ChangeToCreation(value, elements);
                break;
            case ImplicitArrayCreationExpressionSyntax { Initializer: var elements }:
                ChangeToCreation(value, elements);
                break;
            case InitializerExpressionSyntax elements:
                ChangeToCreation(value, elements);
                break;
            case InvocationExpressionSyntax
            {
                Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ToArray" or "ToList" } source
            }:
                Change(value, SyntaxFactory.ParseExpression($"new {_list}({source.Expression.WithoutTrivia()}.ToArray())"));
                break;
            default:
                IsPossible = false;
                break;
        }
    }

    private void ChangeToCreation(ExpressionSyntax value, InitializerExpressionSyntax elements)
    {
        var creation = (ObjectCreationExpressionSyntax)SyntaxFactory.ParseExpression($"new {_list}()");
        Change(value, creation.WithArgumentList(creation.ArgumentList!.WithArguments(
            SyntaxFactory.SeparatedList(elements.Expressions.Select(static element => SyntaxFactory.Argument(element.WithoutTrivia()))))));
    }

    private void Change(SyntaxNode original, SyntaxNode changed) => _changes[original] = changed;
}
