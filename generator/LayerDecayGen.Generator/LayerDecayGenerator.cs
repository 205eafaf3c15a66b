using System.Text;
using LayerDecayGen.Generator.Emitter;
using LayerDecayGen.Generator.Parser;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator;

/// <summary>Writes <c>GetParameterGroups</c> and the typed <c>Groups</c> of every class marked <c>[LayerDecay]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class LayerDecayGenerator : IIncrementalGenerator
{
    private readonly bool _bySymbols;

    /// <summary>What the compiler makes.</summary>
    public LayerDecayGenerator() { }

    /// <summary>A generator that asks symbols even where declarations tell all: slow, and for tests to compare.</summary>
    internal LayerDecayGenerator(bool bySymbols) => _bySymbols = bySymbols;

    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var cache = new ParseCache();
        var bySymbols = _bySymbols;
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "LayerDecayGen.LayerDecayAttribute",
                static (node, _) => node is ClassDeclarationSyntax,
                (target, cancellation) => ModelParser.Parse(target, cache, bySymbols, cancellation))
            .WithTrackingName(TrackingNames.Parse);

        // Two outputs: text that stays cached when only lines move, and diagnostics that keep real locations, which #pragma needs
        // (dotnet/runtime issue 92509).
        var models = parsed.Select(static (result, _) => result.Model).WithTrackingName(TrackingNames.Model);
        context.RegisterSourceOutput(models, static (output, model) =>
        {
            if (model is not null) output.AddSource(model.HintName, SourceText.From(LayoutEmitter.Emit(model), s_utf8));
        });

        var diagnostics = parsed.Select(static (result, _) => result.Diagnostics).WithTrackingName(TrackingNames.Diagnostics);
        context.RegisterSourceOutput(diagnostics, static (output, list) =>
        {
            foreach (var diagnostic in list) output.ReportDiagnostic(diagnostic);
        });
    }
}
