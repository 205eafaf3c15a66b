using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG050: takes <c>using</c> from the result of an init call, which is the parameter itself.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(KeepInitResultFix)), Shared]
public sealed class KeepInitResultFix() : DiagnosticFix("LDG050")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        if (finding.Around<StatementSyntax>() is { } statement && Replacement(statement) is { } replacement)
            yield return new Offer("Remove 'using'", () => finding.Root.ReplaceNode(statement, replacement));
    }

    private static IEnumerable<SyntaxNode>? Replacement(StatementSyntax statement) => statement switch
    {
        LocalDeclarationStatementSyntax declaration => [WithoutUsing(declaration)],
        UsingStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } block => Unwrapped(block),
        _ => null,
    };

    /// <summary>A variable that nobody reads goes with the keyword.</summary>
    private static StatementSyntax WithoutUsing(LocalDeclarationStatementSyntax declaration)
    {
        var plain = declaration.Declaration.Variables is [{ Initializer.Value: var value } variable]
            && !IsRead(variable, declaration.Parent!)
            ? SyntaxFactory.ExpressionStatement(value.WithoutLeadingTrivia(), declaration.SemicolonToken)
            : (StatementSyntax)declaration.WithUsingKeyword(default);
        return plain.WithLeadingTrivia(declaration.GetLeadingTrivia());
    }

    private static IEnumerable<SyntaxNode> Unwrapped(UsingStatementSyntax statement)
    {
        var resource = statement.Declaration is { } declaration
            ? (StatementSyntax)SyntaxFactory.LocalDeclarationStatement(declaration)
            : SyntaxFactory.ExpressionStatement(statement.Expression!);
        yield return resource.WithLeadingTrivia(statement.GetLeadingTrivia()).WithTrailingTrivia(SyntaxFactory.ElasticLineFeed)
            .WithAdditionalAnnotations(Formatter.Annotation);
        if (statement.Statement is BlockSyntax { Statements.Count: 0 }) yield break;
        yield return statement.Statement.WithAdditionalAnnotations(Formatter.Annotation);
    }

    private static bool IsRead(VariableDeclaratorSyntax variable, SyntaxNode scope) =>
        scope.DescendantNodes().OfType<IdentifierNameSyntax>()
        .Any(name => name.Identifier.ValueText == variable.Identifier.ValueText
            && !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name));
}
