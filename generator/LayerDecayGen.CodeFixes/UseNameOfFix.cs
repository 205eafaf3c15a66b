using System.Composition;
using LayerDecayGen.Generator.Analyzers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG029: replaces a name in quotes by <c>nameof</c>, so that a rename reaches it.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseNameOfFix)), Shared]
public sealed class UseNameOfFix() : DiagnosticFix("LDG029")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        if (finding.Node is not LiteralExpressionSyntax literal || !finding.Diagnostic.Properties.TryGetValue(NameOfAnalyzer.Member, out var member))
            yield break;
        var expression = SyntaxFactory.ParseExpression($"nameof({member})").WithTriviaFrom(literal);
        yield return new Offer($"Use {expression}", () => finding.Root.ReplaceNode(literal, expression), Key: nameof(UseNameOfFix));
    }
}
