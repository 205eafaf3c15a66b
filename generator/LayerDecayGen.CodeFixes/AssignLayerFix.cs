using System.Collections.Immutable;
using System.Composition;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG010: puts a member into a layer; what it offers depends on whether the member has indexed children.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AssignLayerFix)), Shared]
public sealed class AssignLayerFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create("LDG010");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            var node = root!.FindNode(diagnostic.Location.SourceSpan);
            if (node.FirstAncestorOrSelf<MemberDeclarationSyntax>() is not { } member) continue;
            var type = model!.GetDeclaredSymbol(node, context.CancellationToken) switch
            {
                IFieldSymbol field => field.Type,
                IPropertySymbol property => property.Type,
                _ => null,
            };
            foreach (var attribute in Offers(type))
            {
                var title = $"Add [{attribute}]";
                context.RegisterCodeFix(
                    CodeAction.Create(
                        title, cancellation => FixAsync(context.Document, member, attribute, cancellation), equivalenceKey: title),
                    diagnostic);
            }
        }
    }

    private static IEnumerable<string> Offers(ITypeSymbol? type)
    {
        if (TorchTypes.IsContainer(type, out _) || TorchTypes.IsNativeStack(type)) yield return "LayerStack";
        yield return "Layer(0)";
        yield return "LastLayer";
    }

    private static async Task<Document> FixAsync(
        Document document, MemberDeclarationSyntax member, string text, CancellationToken cancellation)
    {
        var editor = await DocumentEditor.CreateAsync(document, cancellation).ConfigureAwait(false);
        editor.ReplaceNode(member, (current, _) => Attributes.Put((MemberDeclarationSyntax)current, text));
        return editor.GetChangedDocument();
    }
}
