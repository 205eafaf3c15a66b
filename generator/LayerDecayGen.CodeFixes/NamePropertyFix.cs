using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG047: names the backing field of an auto-property, <c>[field: ComponentName(Name = "Head")]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NamePropertyFix)), Shared]
public sealed class NamePropertyFix : CodeFixProvider
{
    private const string Namespace = "TorchSharp.Utils";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ImmutableArray.Create("LDG047");

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
        {
            // A captured parameter of a primary constructor has no place for an attribute on its field.
            var member = root!.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MemberDeclarationSyntax>();
            if (member is not PropertyDeclarationSyntax property) continue;
            context.RegisterCodeFix(
                CodeAction.Create(
                    $"Register it as \"{property.Identifier.ValueText}\"",
                    _ => Task.FromResult(Fix(context.Document, root, property)),
                    equivalenceKey: nameof(NamePropertyFix)),
                diagnostic);
        }
    }

    private static Document Fix(Document document, SyntaxNode root, PropertyDeclarationSyntax property)
    {
        var name = SymbolDisplay.FormatLiteral(property.Identifier.ValueText, quote: true);
        var named = root.ReplaceNode(property, Attributes.Put(property, $"field: ComponentName(Name = {name})"));
        return document.WithSyntaxRoot(WithUsing((CompilationUnitSyntax)named));
    }

    private static CompilationUnitSyntax WithUsing(CompilationUnitSyntax unit)
    {
        if (unit.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Any(static present => present.Name?.ToString() == Namespace && present.Alias is null))
            {
            return unit;
        }

        var directive = SyntaxFactory.ParseCompilationUnit($"using {Namespace};\n").Usings[0];
        var at = unit.Usings.TakeWhile(static present =>
            present.StaticKeyword.IsKind(SyntaxKind.None) && string.CompareOrdinal(present.Name?.ToString(), Namespace) < 0).Count();
        return at > 0 || unit.Usings.Count == 0
            ? unit.WithUsings(unit.Usings.Insert(at, directive))
            : unit.ReplaceNode(unit.Usings[0], new SyntaxNode[]
            {
                directive.WithLeadingTrivia(unit.Usings[0].GetLeadingTrivia()), unit.Usings[0].WithLeadingTrivia() });
    }
}
