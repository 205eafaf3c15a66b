using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG041: ends every constructor of the class with <c>RegisterComponents()</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RegisterAtTheEndFix)), Shared]
public sealed class RegisterAtTheEndFix() : DiagnosticFix("LDG041")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        // A child of a Sequential is reported where it is made; the further place is its class.
        var place = finding.Diagnostic.AdditionalLocations is [var declared, ..] ? declared : finding.Diagnostic.Location;
        if (place.SourceTree is not { } tree) yield break;
        var root = tree.GetRoot();
        if (root.FindNode(place.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } declaration) yield break;
        var type = (INamedTypeSymbol)finding.Model.Compilation.GetSemanticModel(tree).GetDeclaredSymbol(declaration)!;
        var constructors = type.InstanceConstructors
            .Select(static constructor => constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() as ConstructorDeclarationSyntax).ToList();
        if (!constructors.TrueForAll(constructor => constructor?.SyntaxTree == tree && !MayEndEarly(constructor))) yield break;
        var last = constructors.OfType<ConstructorDeclarationSyntax>().Where(static c => !c.Initializer.IsKind(SyntaxKind.ThisConstructorInitializer));
        yield return new Offer(
            $"Call RegisterComponents() in {type.Name}", () => root.ReplaceNodes(last, static (_, constructor) => WithCall(constructor)),
            Key: nameof(RegisterAtTheEndFix), tree);
    }

    private static bool MayEndEarly(ConstructorDeclarationSyntax constructor) =>
        constructor.DescendantNodes(static node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .Any(static node => node is ReturnStatementSyntax);

    private static ConstructorDeclarationSyntax WithCall(ConstructorDeclarationSyntax constructor)
    {
        var call = SyntaxFactory.ParseStatement("RegisterComponents();").WithAdditionalAnnotations(Formatter.Annotation);
        if (constructor.Body is { } body) return constructor.WithBody(body.AddStatements(call));
        var statement = SyntaxFactory.ExpressionStatement(constructor.ExpressionBody!.Expression);
        return constructor.WithExpressionBody(null).WithSemicolonToken(default)
            .WithBody(SyntaxFactory.Block(statement, call).WithTrailingTrivia(constructor.GetTrailingTrivia()))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }
}
