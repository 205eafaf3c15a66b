using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LayerDecayGen.Generator.Reading;

/// <summary>Reads one stack, however many levels of lists it has: the attributes of its levels as one section.</summary>
internal sealed class StackReader(Reporter reporter, INamedTypeSymbol generatedIn, Compilation compilation)
{
    private const int MostLevels = 4;

    private string _path = "";
    private Annotation? _layerOf;

    /// <summary>The number of indices of the stack read last.</summary>
    public int Levels { get; private set; }

    /// <summary>The attribute that states the place of the stack read last.</summary>
    public Annotation Annotation { get; private set; } = null!;

    /// <summary>The node that carries it.</summary>
    public NameNode Node { get; private set; } = null!;

    /// <summary>The section of the stack that opens at a hole.</summary>
    /// <param name="node">The outermost hole.</param>
    /// <param name="scope">What holds there.</param>
    /// <param name="property">The section's name.</param>
    /// <returns>Null where the stack cannot be; the reason is reported.</returns>
    public SectionModel? Read(NameNode node, in Inherited scope, string property)
    {
        (_path, Levels, _layerOf) = (scope.Path, scope.Holes, null);
        var levels = Descend(node);
        if (Levels > MostLevels)
        {
            reporter.Report(LayerDiagnostics.TooDeep, Annotation.Location, Annotation.Text, _path, MostLevels);
            return null;
        }

        var section = new SectionModel
        {
            Property = property,
            Path = _path,
            Kind = SectionKind.Stack,
            BlocksPerLayer = Math.Max(1, levels.Find(static a => a.BlocksPerLayer != 1)?.BlocksPerLayer ?? 1),
            Count = Math.Max(0, levels.Find(static a => a.Count != 0)?.Count ?? 0),
            CountEmpty = levels.Exists(static a => a.CountEmpty),
            Optional = scope.Optional || scope.InVariant,
            Attribute = Annotation.Path is null ? null : Annotation.Text,
        };
        return _layerOf is { } annotation ? WithLayerOf(section, annotation) : section;
    }

    private List<Annotation> Descend(NameNode node)
    {
        var levels = new List<Annotation>();
        for (var level = node; level is not null; level = InnerStack(level))
        {
            if (level.Layer is { Kind: AnnotationKind.Stack } annotation)
            {
                if (levels.Count == 0) (Annotation, Node) = (annotation, level);
                levels.Add(annotation);
                if (annotation.LayerOf is not null) _layerOf = annotation;
            }

            if (level == node) continue;
            _path += "." + Inherited.Lettered(level, Levels);
            if (level.IsTemplate) Levels++;
        }

        return levels;
    }

    private static NameNode? InnerStack(NameNode node)
    {
        foreach (var child in node.Below())
            if (child.HoldsStack)
                return child;
        return null;
    }

    private SectionModel WithLayerOf(SectionModel section, Annotation annotation)
    {
        var name = annotation.LayerOf!;
        for (var type = annotation.Carrier; type is not null; type = type.BaseType)
            foreach (var member in type.GetMembers(name))
                if (member is IMethodSymbol method && Fits(method))
                    return section with
                    {
                        LayerOf = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat) + "." + Escaped(name)
                            + (method.Parameters.Length == 1 ? "(index)" : "(stage, index)"),
                        LayerOfIsObsolete = IsObsolete(method) || IsObsolete(type),
                    };
        reporter.Report(LayerDiagnostics.NoSuchMethod, annotation.Location, annotation.Text, annotation.Carrier?.Name, name,
            Levels == 1 ? "static int " + name + "(int index)" : "static int " + name + "(int stage, int index)");
        return section;
    }

    private static string Escaped(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    private static bool IsObsolete(ISymbol symbol)
    {
        foreach (var attribute in symbol.GetAttributes())
            if (attribute.AttributeClass is { Name: "ObsoleteAttribute", ContainingNamespace.Name: "System" })
                return true;
        return false;
    }

    private bool Fits(IMethodSymbol method)
    {
        if (!method.IsStatic || method.IsGenericMethod || method.ReturnType.SpecialType != SpecialType.System_Int32 || Levels > 2)
            return false;
        if (method.Parameters.Length == 0 || method.Parameters.Length > Levels) return false;
        foreach (var parameter in method.Parameters)
            if (parameter.Type.SpecialType != SpecialType.System_Int32 || parameter.RefKind != RefKind.None)
                return false;
        return compilation.IsSymbolAccessibleWithin(method, generatedIn);
    }
}
