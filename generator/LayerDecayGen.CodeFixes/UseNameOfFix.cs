using System.Collections.Immutable;
using System.Composition;
using LayerDecayGen.Generator.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG029: replaces a name in quotes by <c>nameof</c>, so that a rename reaches it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseNameOfFix)), Shared]
public sealed class UseNameOfFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create("LDG029");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var node = root!.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (node is not LiteralExpressionSyntax literal || !diagnostic.Properties.TryGetValue(NameOfAnalyzer.Member, out var member))
                continue;
            var expression = SyntaxFactory.ParseExpression($"nameof({member})").WithTriviaFrom(literal);
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Use {expression}",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(literal, expression))),
                    equivalenceKey: nameof(UseNameOfFix)),
                diagnostic);
        }
    }
}
