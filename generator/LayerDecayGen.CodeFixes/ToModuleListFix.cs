using System.Collections.Immutable;
using System.Composition;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG040: turns an array or a list of modules into a <c>ModuleList</c>, which registers what it holds.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ToModuleListFix)), Shared]
public sealed class ToModuleListFix : CodeFixProvider
{
    private const string Title = "Keep it in a ModuleList";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create("LDG040");

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
            if (node is not VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } } field) continue;
            if (model!.GetDeclaredSymbol(field, context.CancellationToken) is not IFieldSymbol symbol || ElementType(symbol.Type) is null)
                continue;
            var conversion = new ModuleListConversion(model!, symbol, field, context.CancellationToken);
            if (!conversion.IsPossible) continue;
            context.RegisterCodeFix(
                CodeAction.Create(
                    Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(conversion.Apply(root))), equivalenceKey: Title),
                diagnostic);
        }
    }

    private static ITypeSymbol? ElementType(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1, ElementType: var element } when TorchTypes.IsModule(element) => element,
        INamedTypeSymbol { Name: "List", TypeArguments: [var element] } when TorchTypes.IsModule(element) => element,
        _ => null,
    };
}
