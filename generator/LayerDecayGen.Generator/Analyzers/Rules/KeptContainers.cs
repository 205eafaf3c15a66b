using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Analyzers.Rules;

/// <summary>Whether a container may end up in the model: one that a loop runs over and nobody keeps registers nothing.</summary>
internal static class KeptContainers
{
    public static bool IsKept(Fill fill) => fill.Receiver switch
    {
        IFieldSymbol or IPropertySymbol => true,
        ILocalSymbol local => IsHandedOn(local.Name, fill.Syntax),
        IParameterSymbol => true,
        _ => IsKept(fill.Syntax),
    };

    private static bool IsKept(SyntaxNode creation)
    {
        var value = creation;
        while (value.Parent is ParenthesizedExpressionSyntax or CastExpressionSyntax) value = value.Parent;
        return value.Parent switch
        {
            ForEachStatementSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or ExpressionStatementSyntax => false,
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent.Parent: StatementSyntax } local } =>
                IsHandedOn(local.Identifier.ValueText, creation),
            _ => true,
        };
    }

    // A local reaches the model as an argument, by an assignment or as a result.
    private static bool IsHandedOn(string local, SyntaxNode use)
    {
        if (use.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } body) return true;
        foreach (var node in body.DescendantNodes())
            if (node is IdentifierNameSyntax { Identifier.ValueText: var name } && name == local && IsHandedOn(node))
                return true;
        return false;
    }

    private static bool IsHandedOn(SyntaxNode node) => node.Parent switch
    {
        ArgumentSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax or InitializerExpressionSyntax => true,
        AssignmentExpressionSyntax assignment => assignment.Right == node,
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ToArray" or "ToList" } => true,
        CastExpressionSyntax or ParenthesizedExpressionSyntax or ConditionalExpressionSyntax or SpreadElementSyntax or ExpressionElementSyntax => true,
        _ => false,
    };
}
