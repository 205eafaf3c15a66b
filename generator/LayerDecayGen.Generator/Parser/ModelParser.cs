using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LayerDecayGen.Generator.Parser;

/// <summary>The transform: one annotated class to its model and diagnostics. Symbols are read here and nowhere after.</summary>
internal static class ModelParser
{
    /// <summary>Reads one class, unless nothing that it depends on has changed; whatever fails becomes a diagnostic on it.</summary>
    /// <param name="context">The class and its attribute.</param>
    /// <param name="cache">Results so far.</param>
    /// <param name="bySymbols">Whether symbols are asked even where declarations tell all.</param>
    /// <param name="cancellation">Cancels.</param>
    public static ParseResult Parse(GeneratorAttributeSyntaxContext context, ParseCache cache, bool bySymbols, CancellationToken cancellation)
    {
        var compilation = context.SemanticModel.Compilation;
        if (cache.Find(context.TargetNode, compilation) is { } known) return known;
        var type = (INamedTypeSymbol)context.TargetSymbol;
        var location = ((ClassDeclarationSyntax)context.TargetNode).Identifier.GetLocation();
        var read = new Dependencies();
        read.Add(type);
        var result = SpeaksForClass(type, context)
            ? Guard(type.Name, location, reporter => Read(type, context, cache.FactsOf(compilation), reporter, read, bySymbols, cancellation))
            : ParseResult.Nothing;
        cache.Keep(context.TargetNode, compilation, read, result);
        return result;
    }

    /// <summary>Runs a reading so that nothing but cancellation leaves it by an exception.</summary>
    public static ParseResult Guard(string name, Location location, Func<Reporter, LayoutModel?> read)
    {
        var reporter = new Reporter(location);
        try
        {
            return new ParseResult(read(reporter), reporter.Diagnostics);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            reporter.Report(EnvironmentRules.Unforeseen, null, name, error.GetType().Name, error.Message);
            return new ParseResult(null, reporter.Diagnostics);
        }
    }

    /// <summary>The classes whose attributes count for a model, the model first.</summary>
    public static IReadOnlyCollection<INamedTypeSymbol> ClassesOf(
        INamedTypeSymbol model, INamedTypeSymbol? carrier, Compilation compilation, NameScopes scopes)
    {
        var members = new MemberReader(compilation, scopes, new Dependencies(), bySymbols: false, default);
        var collector = new AnnotationCollector(members, new Reporter(Location.None), default);
        collector.Collect(model, carrier);
        return collector.Classes;
    }

    // An attribute on two parts of a class is an error of the compiler's; two files of one name would be a second. Older compilers hand
    // over the attributes of all parts in a file, so only the place of the first tells whose it is.
    private static bool SpeaksForClass(INamedTypeSymbol type, GeneratorAttributeSyntaxContext context)
    {
        foreach (var attribute in type.GetAttributes())
            if (SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, context.Attributes[0].AttributeClass))
                return attribute.ApplicationSyntaxReference is { } first
                    && first.SyntaxTree == context.TargetNode.SyntaxTree
                    && context.TargetNode.Span.Contains(first.Span);
        return true;
    }

    private static LayoutModel? Read(
        INamedTypeSymbol type,
        GeneratorAttributeSyntaxContext context,
        CompilationFacts facts,
        Reporter reporter,
        Dependencies read,
        bool bySymbols,
        CancellationToken cancellation)
    {
        if (!AnnotationReader.IsLiteral(context.Attributes[0])) read.AddUnknown();
        if (!bySymbols) facts.Scopes.Introduce(type);
        var declaration = new Declaration(type, context.Attributes[0]);
        if (!declaration.Check(context.TargetNode, reporter)) return null;

        var model = declaration.Model;
        read.Add(model);
        var compilation = context.SemanticModel.Compilation;
        var members = new MemberReader(compilation, facts.Scopes, read, bySymbols, cancellation);
        var collector = new AnnotationCollector(members, reporter, cancellation);
        var names = collector.Collect(model, declaration.IsForeign ? type : null);
        var builder = new SectionBuilder(reporter, model, type, compilation, facts, read);
        var tree = builder.Build(names);
        return reporter.HasErrors ? null : declaration.Describe(builder, tree, facts);
    }
}
