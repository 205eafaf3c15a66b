using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG045: declares a tensor that requires grad as a <c>Parameter</c> and makes one of each value that it is given.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ToParameterFix)), Shared]
public sealed class ToParameterFix() : DiagnosticFix("LDG045")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        var (type, initial) = finding.Node switch
        {
            VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } fields } field => (fields.Type, field.Initializer),
            PropertyDeclarationSyntax property => (property.Type, property.Initializer),
            _ => default,
        };
        var declaration = finding.Around<TypeDeclarationSyntax>()!;
        if (type is null || finding.Model.GetDeclaredSymbol(finding.Node) is not { } member || !IsAssignedHereOnly(member, declaration)) yield break;
        var values = declaration.DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => SymbolEqualityComparer.Default.Equals(finding.Model.GetSymbolInfo(assignment.Left).Symbol, member))
            .Select(static assignment => assignment.Right).ToList();
        if (initial is not null) values.Add(initial.Value);
        values.RemoveAll(static value => value is PostfixUnaryExpressionSyntax or LiteralExpressionSyntax);
        if (values.Exists(value => !IsPlain(value, finding.Model))) yield break;
        var name = finding.Model.Compilation.GetTypeByMetadataName("TorchSharp.Modules.Parameter")!
            .ToMinimalDisplayString(finding.Model, type.SpanStart);
        yield return new Offer("Make it a Parameter", () => finding.Root.ReplaceNodes(
            [type, .. values],
            (old, _) => (old == type
                ? SyntaxFactory.ParseTypeName(type is NullableTypeSyntax ? name + "?" : name)
                : SyntaxFactory.ParseExpression($"new {name}({new WithoutRequest().Visit(old).WithoutTrivia()})")).WithTriviaFrom(old)));
    }

    // No other class can assign it, and no other part of its own does: that which is generated for a model never names members.
    private static bool IsAssignedHereOnly(ISymbol member, SyntaxNode declaration) =>
        member is { DeclaredAccessibility: Accessibility.Private } or IFieldSymbol { IsReadOnly: true }
            or IPropertySymbol { SetMethod: null or { DeclaredAccessibility: Accessibility.Private } }
        && member.ContainingType.DeclaringSyntaxReferences.Select(static part => part.GetSyntax())
            .All(part => part == declaration || part.DescendantTokens().All(token => token.ValueText != member.Name));

    // A value that may be null, or that asks for grad by position, is left to a person.
    private static bool IsPlain(ExpressionSyntax value, SemanticModel model) =>
        value is not (ConditionalExpressionSyntax or SwitchExpressionSyntax or BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression })
        && value.DescendantNodes().OfType<ArgumentSyntax>().All(argument => argument.NameColon is not null
            || model.GetOperation(argument) is not Microsoft.CodeAnalysis.Operations.IArgumentOperation { Parameter.Name: "requires_grad" }
            || argument.Parent!.Parent is InvocationExpressionSyntax call && WithoutRequest.Asked(call) is not null);

    /// <summary>A value computed from a tensor that requires grad is no leaf, so a parameter is made of one that does not.</summary>
    private sealed class WithoutRequest : CSharpSyntaxRewriter
    {
        public static ExpressionSyntax? Asked(InvocationExpressionSyntax call) =>
            call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "requires_grad_" } access ? access.Expression : null;

        public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node) =>
            Asked(node) is { } tensor ? Visit(tensor) : base.VisitInvocationExpression(node);

        public override SyntaxNode? VisitArgumentList(ArgumentListSyntax node)
        {
            var asking = node.Arguments.Where(static argument => argument.NameColon?.Name.Identifier.ValueText == "requires_grad");
            return base.VisitArgumentList(node.RemoveNodes(asking, SyntaxRemoveOptions.KeepNoTrivia)!);
        }
    }
}
