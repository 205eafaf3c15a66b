using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// The methods of a class that its construction may call, by name: <c>layer1 = MakeLayer(64, 3)</c>. Virtual ones are left out, since the
/// class that runs may be another. Read from statements; nothing is bound.
/// </summary>
internal sealed class HelperMethods
{
    private readonly Dictionary<string, List<MethodDeclarationSyntax>> _byName = new(StringComparer.Ordinal);

    public void Add(TypeDeclarationSyntax declaration)
    {
        foreach (var member in declaration.Members)
            if (member is MethodDeclarationSyntax method && !MayBeReplaced(method))
                Construction.Note(_byName, method.Identifier.ValueText, method);
    }

    /// <summary>The methods that a call may mean; none where it is of another class.</summary>
    public IReadOnlyList<MethodDeclarationSyntax> CalledBy(InvocationExpressionSyntax call) =>
        Construction.NameOf(call.Expression) is { } name && _byName.TryGetValue(name, out var methods) ? methods : [];

    /// <summary>What may reach the result of a method: what it returns, and what was put into the locals that it returns.</summary>
    public static IReadOnlyList<SyntaxNode> Returned(MethodDeclarationSyntax method)
    {
        var given = new Dictionary<string, List<SyntaxNode>>(StringComparer.Ordinal);
        foreach (var node in method.Body?.DescendantNodes() ?? [])
        {
            if (node is VariableDeclaratorSyntax { Initializer: { } initializer } local)
                Construction.Note(given, local.Identifier.ValueText, initializer.Value);
            else if (node is AssignmentExpressionSyntax assignment && Construction.NameOf(assignment.Left) is { } name)
                Construction.Note(given, name, assignment.Right);
            else if (node is InvocationExpressionSyntax call && Construction.Filled(call) is { } container)
                Construction.Note(given, container, call.ArgumentList);
        }

        var reaching = new List<SyntaxNode>(Results(method));
        for (var i = 0; i < reaching.Count; i++) Follow(reaching[i], given, reaching);
        return reaching;
    }

    /// <summary>The expressions that a method returns or yields.</summary>
    public static IEnumerable<ExpressionSyntax> Results(MethodDeclarationSyntax method)
    {
        if (method.ExpressionBody is { } arrow) yield return arrow.Expression;
        foreach (var node in method.Body?.DescendantNodes() ?? [])
        {
            if (node is ReturnStatementSyntax { Expression: { } value }) yield return value;
            else if (node is YieldStatementSyntax { Expression: { } item }) yield return item;
        }
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

    private static bool MayBeReplaced(MethodDeclarationSyntax method)
    {
        foreach (var modifier in method.Modifiers)
            if (modifier.Kind() is SyntaxKind.VirtualKeyword or SyntaxKind.OverrideKeyword or SyntaxKind.AbstractKeyword)
                return true;
        return false;
    }
}
