using LayerDecayGen.Generator.Diagnostics;
using LayerDecayGen.Generator.Torch;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Reading;

/// <summary>
/// LDG021: attributes that can never decide anything, because others claim the same names: on the same member, at the same path, further
/// out or, where all members below have a layer of their own, further in.
/// </summary>
internal sealed class IneffectiveAttributeCheck(MemberReader reader, Reporter reporter)
{
    private readonly List<(Annotation Annotation, NameNode Node)> _all = [];

    public void Note(Annotation annotation, NameNode node)
    {
        annotation.Place = _all.Count;
        node.Annotations.Add(annotation);
        _all.Add((annotation, node));
    }

    public void Check()
    {
        foreach (var (annotation, node) in _all)
            if (HiderOf(annotation, node) is { } hider)
                reporter.Report(ParameterDiagnostics.Hidden, annotation.Location, annotation.Text, node.Segment == NameNode.Hole ? node.Parent!.Display : node.Display, hider);
    }

    private string? HiderOf(Annotation annotation, NameNode node)
    {
        if (annotation is { LayerOf: not null, BlocksPerLayer: > 1 }) return "LayerOf on the same member";
        if (annotation.IsLayer)
            return annotation.Kind != AnnotationKind.Stack && IsCovered(node) ? "a layer of its own for each member below" : null;
        for (var level = node; level is not null; level = level.Parent)
            foreach (var by in level.Annotations)
                if (by != annotation && Hides(by, level, annotation, node))
                    return Shown(by, level, node);
        return null;
    }

    // What a class says about itself holds wherever it is used, so an attribute that its holder adds does not make it idle.
    private static bool Hides(Annotation by, NameNode on, Annotation hidden, NameNode node)
    {
        if (by.Depth < hidden.Depth) return false;
        var same = on == node;
        return (by.Kind, hidden.Kind) switch
        {
            (AnnotationKind.Frozen, AnnotationKind.Frozen) => !same || by.Place < hidden.Place,
            (AnnotationKind.Frozen, _) => !hidden.IsLayer,
            (AnnotationKind.NoWeightDecay, AnnotationKind.NoWeightDecay) => same ? by.Place < hidden.Place : !IsDecayedBetween(on, node),
            (AnnotationKind.NoWeightDecay, AnnotationKind.WeightDecay) => same,
            (AnnotationKind.WeightDecay, AnnotationKind.WeightDecay) => same && by.Place > hidden.Place,
            _ => false,
        };
    }

    private static bool IsDecayedBetween(NameNode outer, NameNode inner)
    {
        for (var level = inner.Parent; level is not null && level != outer; level = level.Parent)
            if (!double.IsNaN(level.Facets.WeightDecay))
                return true;
        return false;
    }

    private static string Shown(Annotation by, NameNode on, NameNode node) =>
        by.Path is not null ? by.Text
        : on == node ? by.Text + " on the same member"
        : on.Parent is null ? by.Text + " on the class"
        : by.Text + " on '" + on.Display + "'";

    private bool IsCovered(NameNode node)
    {
        if (node.Children.Count == 0 || node.Type is not INamedTypeSymbol type) return false;
        var any = false;
        foreach (var name in OwnersIn(type))
        {
            any = true;
            if (node.Find(name) is not { } child || (child.Layer is null && !IsCovered(child))) return false;
        }

        return any;
    }

    // The names that can own parameters, where they are all known; none elsewhere.
    private IEnumerable<string> OwnersIn(INamedTypeSymbol type)
    {
        if (!TorchTypes.IsUserModule(type))
            return TorchTypes.IsBuiltIn(type) && type.Name is "Linear" or "LayerNorm" ? BuiltIns.NamesOf(type.Name) : [];
        for (var level = type; level is not null && TorchTypes.IsUserModule(level); level = level.BaseType)
            if (level.DeclaringSyntaxReferences.IsEmpty || reader.Bodies.Of(level).Registered is not null)
                return [];
        var names = new List<string>();
        foreach (var member in reader.Read(type))
            if (!member.IsCapture && reader.MayOwn(member))
                names.Add(member.Registered);
        return names;
    }
}
