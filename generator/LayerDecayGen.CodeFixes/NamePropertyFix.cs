using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG047: names the backing field of an auto-property, <c>[field: ComponentName(Name = "Head")]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NamePropertyFix)), Shared]
public sealed class NamePropertyFix() : DiagnosticFix("LDG047")
{
    private const string Namespace = "TorchSharp.Utils";

    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        // A captured parameter of a primary constructor has no place for an attribute on its field.
        if (finding.Around<MemberDeclarationSyntax>() is not PropertyDeclarationSyntax property) yield break;
        var name = SymbolDisplay.FormatLiteral(property.Identifier.ValueText, quote: true);
        yield return new Offer(
            $"Register it as {name}",
            () => WithUsing((CompilationUnitSyntax)finding.Root.ReplaceNode(property, Attributes.Put(property, $"field: ComponentName(Name = {name})"))),
            Key: nameof(NamePropertyFix));
    }

    private static CompilationUnitSyntax WithUsing(CompilationUnitSyntax unit)
    {
        if (unit.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Any(static present => present.Name?.ToString() == Namespace && present.Alias is null))
            return unit;
        var directive = SyntaxFactory.ParseCompilationUnit($"using {Namespace};\n").Usings[0];
        var at = unit.Usings.TakeWhile(static present =>
            present.StaticKeyword.IsKind(SyntaxKind.None) && string.CompareOrdinal(present.Name?.ToString(), Namespace) < 0).Count();
        if (at > 0 || unit.Usings.Count == 0) return unit.WithUsings(unit.Usings.Insert(at, directive));
        var first = unit.Usings[0];
        return unit.ReplaceNode(first, new[] { directive.WithLeadingTrivia(first.GetLeadingTrivia()), first.WithLeadingTrivia() });
    }
}
