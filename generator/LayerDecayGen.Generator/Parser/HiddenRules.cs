using LayerDecayGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace LayerDecayGen.Generator.Parser;

/// <summary>
/// LDG021: attributes that can never decide anything, because others claim the same names: on the same member, at the same path, further
/// out or, where all members below have a layer of their own, further in.
/// </summary>
internal sealed class HiddenRules(MemberReader reader, Reporter reporter, CancellationToken cancellation)
{
    private readonly List<(Annotation Said, NameNode On)> _all = [];

    public void Note(Annotation said, NameNode on) => _all.Add((said, on));

    public void Check()
    {
        for (var i = 0; i < _all.Count; i++)
            if (HiderOf(i) is { } hider)
                reporter.Report(ParameterRules.Hidden, _all[i].Said.Location, _all[i].Said.Text, _all[i].On.Display, hider);
    }

    private string? HiderOf(int index)
    {
        var (said, node) = _all[index];
        if (said is { LayerOf: not null, BlocksPerLayer: > 1 }) return "LayerOf on the same member";
        if (said.IsLayer) return said.Kind != AnnotationKind.Stack && IsCovered(node) ? "a layer of its own for each member below" : null;
        for (var level = node; level is not null; level = level.Parent)
            for (var i = 0; i < _all.Count; i++)
                if (i != index && _all[i].On == level && Hides(i, index))
                    return Shown(_all[i].Said, level, node);
        return null;
    }

    // What a class says of its own holds wherever it is used, so what its holder adds does not make it idle.
    private bool Hides(int hider, int hidden)
    {
        var ((by, on), (said, node)) = (_all[hider], _all[hidden]);
        if (by.Depth < said.Depth) return false;
        var same = on == node;
        return (by.Kind, said.Kind) switch
        {
            (AnnotationKind.Frozen, AnnotationKind.Frozen) => !same || hider < hidden,
            (AnnotationKind.Frozen, _) => true,
            (AnnotationKind.NoWeightDecay, AnnotationKind.NoWeightDecay) => same ? hider < hidden : !IsDecayedBetween(on, node),
            (AnnotationKind.NoWeightDecay, AnnotationKind.WeightDecay) => same,
            (AnnotationKind.WeightDecay, AnnotationKind.WeightDecay) => same && hider > hidden,
            _ => false,
        };
    }

    private static bool IsDecayedBetween(NameNode outer, NameNode inner)
    {
        for (var level = inner.Parent; level is not null && level != outer; level = level.Parent)
            if (!double.IsNaN(level.WeightDecay))
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
            if (Find(node, name) is not { } child || (child.Layer is null && !IsCovered(child))) return false;
        }

        return any;
    }

    // The names that can own parameters, where they are all known; none elsewhere.
    private IEnumerable<string> OwnersIn(INamedTypeSymbol type)
    {
        if (!MemberReader.IsUserModule(type))
            return TorchTypes.IsBuiltIn(type) && type.Name is "Linear" or "LayerNorm" ? NativeNames.Of(type) : [];
        for (var level = type; level is not null && MemberReader.IsUserModule(level); level = BaseClass.Of(level))
            if (level.DeclaringSyntaxReferences.IsEmpty || Registrations.Of(level, cancellation) is not null)
                return [];
        var names = new List<string>();
        foreach (var member in reader.Read(type))
            if (!member.IsCapture && reader.MayOwn(member))
                names.Add(member.Registered);
        return names;
    }

    private static NameNode? Find(NameNode node, string segment)
    {
        foreach (var child in node.Children)
            if (child.Segment == segment)
                return child;
        return null;
    }
}
