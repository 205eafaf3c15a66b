using System.Composition;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG010: puts a member into a layer; what it offers depends on whether the member has indexed children.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AssignLayerFix)), Shared]
public sealed class AssignLayerFix() : DiagnosticFix("LDG010")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        if (finding.Around<MemberDeclarationSyntax>() is not { } member) yield break;
        var type = finding.Model.GetDeclaredSymbol(finding.Node) switch
        {
            IFieldSymbol field => field.Type,
            IPropertySymbol property => property.Type,
            _ => null,
        };
        var isStack = TorchTypes.IsContainer(type, out _) || TorchTypes.IsNativeStack(type);
        foreach (var attribute in isStack ? ["LayerStack", "Layer(0)", "LastLayer"] : new[] { "Layer(0)", "LastLayer" })
            yield return new Offer($"Add [{attribute}]", () => finding.Root.ReplaceNode(member, Attributes.Put(member, attribute)));
    }
}
