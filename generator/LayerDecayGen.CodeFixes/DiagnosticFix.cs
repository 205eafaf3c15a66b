using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace LayerDecayGen.CodeFixes;

/// <summary>What all fixes share: each rewrites one file for one diagnostic, alone or for all diagnostics of its rule.</summary>
/// <param name="rule">The rule that is fixed.</param>
public abstract class DiagnosticFix(string rule) : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(rule);

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false))!;
        var model = (await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false))!;
        foreach (var diagnostic in context.Diagnostics)
            foreach (var offer in Offers(new Finding(diagnostic, root, model)))
                context.RegisterCodeFix(
                    CodeAction.Create(offer.Title, _ => Task.FromResult(Apply(offer, context.Document)), equivalenceKey: offer.Key ?? offer.Title),
                    diagnostic);
    }

    private protected abstract IEnumerable<Offer> Offers(Finding finding);

    private static Document Apply(Offer offer, Document reported)
    {
        var document = offer.Tree is { } tree ? reported.Project.GetDocument(tree)! : reported;
        return document.WithSyntaxRoot(offer.Change());
    }
}

/// <summary>A diagnostic and the file it is in.</summary>
internal sealed record Finding(Diagnostic Diagnostic, SyntaxNode Root, SemanticModel Model)
{
    /// <summary>The innermost node at the diagnostic's place.</summary>
    public SyntaxNode Node { get; } = Root.FindNode(Diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);

    /// <summary>The nearest node of a kind around the diagnostic's place.</summary>
    public T? Around<T>()
        where T : SyntaxNode => Node.FirstAncestorOrSelf<T>();
}

/// <summary>One way to fix a diagnostic.</summary>
/// <param name="Title">What the menu says.</param>
/// <param name="Change">Makes the new root of the file.</param>
/// <param name="Key">What fix-all goes by; null for the title.</param>
/// <param name="Tree">The file that changes; null for the one with the diagnostic.</param>
internal sealed record Offer(string Title, Func<SyntaxNode> Change, string? Key = null, SyntaxTree? Tree = null);
