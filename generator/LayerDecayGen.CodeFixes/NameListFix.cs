using System.Composition;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.CodeFixes;

/// <summary>LDG012: names one of the lists that a module holds by a path, <c>[LayerStack("layer")]</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(NameListFix)), Shared]
public sealed class NameListFix() : DiagnosticFix("LDG012")
{
    private protected override IEnumerable<Offer> Offers(Finding finding)
    {
        var properties = finding.Diagnostic.Properties;
        if (!properties.TryGetValue(AnnotationPlacer.Lists, out var paths) || finding.Around<AttributeSyntax>() is not { } attribute) yield break;
        properties.TryGetValue(AnnotationPlacer.Holder, out var holder);
        foreach (var path in paths!.Split(','))
        {
            var named = Named(attribute, holder, SymbolDisplay.FormatLiteral(path, quote: true), finding.Model);
            yield return new Offer($"Use [{named}]", () => finding.Root.ReplaceNode(attribute, named.WithTriviaFrom(attribute)));
        }
    }

    // The path of the holder gets longer; an attribute without a path gets its first argument.
    private static AttributeSyntax Named(AttributeSyntax attribute, string? holder, string path, SemanticModel model)
    {
        var arguments = (attribute.ArgumentList?.Arguments ?? [])
            .Select(argument => argument.NameEquals is null && model.GetConstantValue(argument.Expression) is { Value: string old } && old == holder
                ? path
                : argument.ToString());
        return Attributes.Parse($"{attribute.Name}({string.Join(", ", holder is null ? arguments.Prepend(path) : arguments)})").Attributes[0];
    }
}
