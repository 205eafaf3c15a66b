using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Reading;

/// <content>What the helper methods of a class return.</content>
internal sealed partial class ClassBody
{
    /// <summary>What may reach the result of a method: what it returns, and what was put into the locals that it returns.</summary>
    private static List<SyntaxNode> ReachingResult(MethodDeclarationSyntax method)
    {
        var given = new Dictionary<string, List<SyntaxNode>>(StringComparer.Ordinal);
        foreach (var node in method.Body?.DescendantNodes() ?? [])
        {
            if (node is VariableDeclaratorSyntax { Initializer: { } initializer } local)
                Note(given, local.Identifier.ValueText, initializer.Value);
            else if (node is AssignmentExpressionSyntax assignment && NameOf(assignment.Left) is { } name)
                Note(given, name, assignment.Right);
            else if (node is InvocationExpressionSyntax call && Filled(call) is { } container)
                Note(given, container, call.ArgumentList);
        }

        var reaching = new List<SyntaxNode>(Results(method));
        for (var i = 0; i < reaching.Count; i++) Follow(reaching[i], given, reaching);
        return reaching;
    }

    // Each local once, so that one that is built from itself comes to an end.
    private static void Follow(SyntaxNode node, Dictionary<string, List<SyntaxNode>> given, List<SyntaxNode> reaching)
    {
        foreach (var inner in node.DescendantNodesAndSelf())
        {
            if (inner is not IdentifierNameSyntax { Identifier.ValueText: var name } || !given.TryGetValue(name, out var values)) continue;
            reaching.AddRange(values);
            given.Remove(name);
        }
    }

    /// <summary>The expressions that a method returns or yields.</summary>
    private static IEnumerable<ExpressionSyntax> Results(MethodDeclarationSyntax method)
    {
        if (method.ExpressionBody is { } arrow) yield return arrow.Expression;
        foreach (var node in method.Body?.DescendantNodes() ?? [])
        {
            if (node is ReturnStatementSyntax { Expression: { } value }) yield return value;
            else if (node is YieldStatementSyntax { Expression: { } item }) yield return item;
        }
    }

    private static bool IsNull(ExpressionSyntax value) => value switch
    {
        PostfixUnaryExpressionSyntax suppressed => IsNull(suppressed.Operand),
        DefaultExpressionSyntax => true,
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.NullLiteralExpression) || literal.IsKind(SyntaxKind.DefaultLiteralExpression),
        _ => false,
    };
}
