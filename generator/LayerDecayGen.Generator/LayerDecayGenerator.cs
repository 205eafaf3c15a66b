using System.Text;
using LayerDecayGen.Generator.Emitting;
using LayerDecayGen.Generator.Model;
using LayerDecayGen.Generator.Reading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LayerDecayGen.Generator;

/// <summary>
/// Writes <c>GetParameterGroups</c> and the typed <c>Groups</c> of every class marked <c>[LayerDecay]</c>. It reports nothing: what is
/// wrong with a class is said by <c>ModelAnalyzer</c>, which reads it the same way.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class LayerDecayGenerator : IIncrementalGenerator
{
    private static readonly Encoding s_utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var models = context.SyntaxProvider
            .ForAttributeWithMetadataName(ModelReader.LayerDecayAttribute, static (node, _) => node is TypeDeclarationSyntax, Read)
            .WithTrackingName(TrackingNames.Model);
        context.RegisterSourceOutput(models, static (output, model) =>
        {
            if (model is not null) output.AddSource(model.HintName, SourceText.From(LayoutEmitter.Emit(model), s_utf8));
        });
        var updates = context.AnalyzerConfigOptionsProvider.Select(static (options, _) => GroupsFileEmitter.IsAskedFor(options.GlobalOptions));
        context.RegisterImplementationSourceOutput(models.Combine(updates), static (output, pair) =>
        {
            if (pair is (Left: { } model, Right: true))
                output.AddSource(GroupsFileEmitter.HintName(model), SourceText.From(GroupsFileEmitter.Emit(model), s_utf8));
        });
    }

    private static LayoutModel? Read(GeneratorAttributeSyntaxContext context, CancellationToken cancellation) =>
        context.TargetSymbol is INamedTypeSymbol type && ModelReader.AttributeOf(type) is { } attribute && IsAttributedPart(context, attribute)
            ? ModelReader.Read(type, attribute, context.SemanticModel.Compilation, cancellation).Model
            : null;

    // An attribute on two parts of a class is the compiler's error; a second file of one name would be ours. Older compilers hand over the
    // attributes of all parts in a file, so the place of the first attribute decides.
    private static bool IsAttributedPart(GeneratorAttributeSyntaxContext context, AttributeData attribute) =>
        attribute.ApplicationSyntaxReference is { } first
        && first.SyntaxTree == context.TargetNode.SyntaxTree
        && context.TargetNode.Span.Contains(first.Span);
}
