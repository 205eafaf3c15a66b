using System.Composition;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG040: turns an array or a list of modules into a <c>ModuleList</c>, which registers what it holds.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ToModuleListFix)), Shared]
public sealed class ToModuleListFix() : DiagnosticFix("LDG040")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        if (finding.Node is not VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1 } } field) yield break;
        if (finding.Model.GetDeclaredSymbol(field) is not IFieldSymbol symbol || ElementType(symbol.Type) is null) yield break;
        var conversion = new ModuleListConversion(finding.Model, symbol, field);
        if (conversion.IsPossible) yield return new Offer("Keep it in a ModuleList", () => conversion.Apply(finding.Root));
    }

    private static ITypeSymbol? ElementType(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1, ElementType: var element } when TorchTypes.IsModule(element) => element,
        INamedTypeSymbol { Name: "List", TypeArguments: [var element] } when TorchTypes.IsModule(element) => element,
        _ => null,
    };
}
