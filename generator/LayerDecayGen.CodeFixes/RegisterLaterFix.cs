using System.Composition;
using LayerDecayGen.Generator.Reading;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG042: moves <c>RegisterComponents()</c> behind the last statement of the constructor that brings a component.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(RegisterLaterFix)), Shared]
public sealed class RegisterLaterFix() : DiagnosticFix("LDG042")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        if (finding.Around<ConstructorDeclarationSyntax>() is not { Body: { } body }) yield break;
        var statements = body.Statements;
        var call = statements.IndexOf(static statement => statement is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax call }
            && OwnMethod(call) == ClassBody.RegisterComponents);
        var last = statements.LastIndexOf(statement => BringsComponent(statement, finding.Model));
        if (call < 0 || last < call) yield break;
        for (var i = call + 1; i < statements.Count; i++)
            if (MustFollow(statements[i], finding.Model, everything: i <= last))
                yield break;
        yield return new Offer("Call RegisterComponents() afterwards", () =>
            finding.Root.ReplaceNode(body, body.WithStatements(statements.RemoveAt(call).Insert(last, statements[call]))));
    }

    private static bool BringsComponent(StatementSyntax statement, SemanticModel model) => statement.DescendantNodes().Any(node => node switch
    {
        AssignmentExpressionSyntax assignment => IsComponent(assignment.Left, model),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax access } => IsComponent(access.Expression, model),
        _ => false,
    });

    private static bool IsComponent(ExpressionSyntax expression, SemanticModel model) =>
        model.GetSymbolInfo(expression).Symbol is IFieldSymbol or IPropertySymbol
        && model.GetTypeInfo(expression).Type is var type && (TorchTypes.IsModule(type) || TorchTypes.IsParameter(type));

    // A registration by hand would meet a name that is taken; any other method of the model may need what is registered.
    private static bool MustFollow(StatementSyntax statement, SemanticModel model, bool everything) =>
        statement.DescendantNodes().OfType<InvocationExpressionSyntax>().Any(call =>
            OwnMethod(call) is { } name && (ClassBody.IsNamedRegistration(name)
                || (everything && model.GetSymbolInfo(call).Symbol is not { IsStatic: true })));

    private static string? OwnMethod(InvocationExpressionSyntax call) => call.Expression switch
    {
        IdentifierNameSyntax plain => plain.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax or BaseExpressionSyntax } access => access.Name.Identifier.ValueText,
        _ => null,
    };
}
