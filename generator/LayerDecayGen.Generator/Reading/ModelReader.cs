using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// Reads one class with <c>[LayerDecay]</c> from symbols. It depends on nothing but the compilation and remembers nothing: the generator
/// and <c>ModelAnalyzer</c> call it alike.
/// </summary>
internal static class ModelReader
{
    public const string LayerDecayAttribute = "LayerDecayGen.LayerDecayAttribute";

    /// <summary>Reads one class; whatever fails becomes a finding on it.</summary>
    /// <param name="type">The class that carries the attribute.</param>
    /// <param name="attribute">The attribute.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Cancels.</param>
    public static ModelReading Read(INamedTypeSymbol type, AttributeData attribute, Compilation compilation, CancellationToken cancellation)
    {
        AnnotationCollector? collector = null;
        IReadOnlyList<OpenedSection> opened = [];
        var reading = Guard(type.Name, LocationOf(type), () => collector?.Classes ?? [], reporter => Read(reporter, out collector));
        return reading with { Sections = opened };

        LayoutModel? Read(Reporter reporter, out AnnotationCollector? reached)
        {
            reached = null;
            var declaration = new Declaration(type, attribute, compilation);
            if (!declaration.Check(reporter)) return null;
            var members = new MemberReader(new ClassBodies(compilation, cancellation), cancellation);
            reached = new AnnotationCollector(members, reporter, cancellation);
            var names = reached.Collect(declaration.Model, declaration.IsForeign ? type : null);
            var sections = new SectionBuilder(reporter, declaration.Model, type, members, new PropertyNames(compilation));
            var tree = sections.Build(names);
            opened = sections.Sections;
            return reporter.HasErrors ? null : declaration.Describe(sections, tree);
        }
    }

    /// <summary>The attribute of a class that is read as a model; null for other classes.</summary>
    public static AttributeData? AttributeOf(INamedTypeSymbol type)
    {
        foreach (var attribute in type.GetAttributes())
            if (attribute.AttributeClass is { Name: "LayerDecayAttribute" } found && Torch.TorchTypes.IsIn(found, "LayerDecayGen"))
                return attribute;
        return null;
    }

    /// <summary>The model that a class with the attribute describes: itself or what <c>For</c> names; null for other classes.</summary>
    public static INamedTypeSymbol? DescribedBy(INamedTypeSymbol type) =>
        AttributeOf(type) is { } attribute ? Declaration.ForOf(attribute) ?? type : null;

    /// <summary>Runs a reading so that nothing but cancellation leaves it by an exception.</summary>
    public static ModelReading Guard(
        string name, Location location, Func<IReadOnlyCollection<INamedTypeSymbol>> classes, Func<Reporter, LayoutModel?> read)
    {
        var reporter = new Reporter(location);
        LayoutModel? model = null;
        try
        {
            model = read(reporter);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            reporter.Report(EnvironmentDiagnostics.Unforeseen, null, name, error.GetType().Name, error.Message);
        }

        return new ModelReading(model, reporter.Findings, classes());
    }

    // The part of the class that carries the attribute is where a person looks.
    private static Location LocationOf(INamedTypeSymbol type)
    {
        if (AttributeOf(type)?.ApplicationSyntaxReference is { } attribute)
            foreach (var location in type.Locations)
                if (location.SourceTree == attribute.SyntaxTree && location.SourceSpan.Start > attribute.Span.End)
                    return location;
        return type.Locations[0];
    }
}
