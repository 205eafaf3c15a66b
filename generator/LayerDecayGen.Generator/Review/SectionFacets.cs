using System.Globalization;
using System.Runtime.CompilerServices;
using LayerDecayGen.Generator.Model;

namespace LayerDecayGen.Generator.Review;

/// <summary>What attributes beside those of layers say of each section, and of names inside it.</summary>
internal sealed class SectionFacets
{
    private readonly Facets?[] _whole;
    private readonly List<(string Path, Facets Around, Facets Facets)>[] _inside;

    public SectionFacets(MatchNode names, int sections)
    {
        _whole = new Facets?[sections];
        _inside = new List<(string, Facets, Facets)>[sections];
        for (var i = 0; i < sections; i++) _inside[i] = [];
        Walk(names, "", null);
    }

    /// <summary>The weight decay of a section in words; empty where the options decide.</summary>
    public string WeightDecay(int section) => Cell(section, static facets =>
        facets.NoWeightDecay ? "none" : double.IsNaN(facets.WeightDecay) ? "" : Number(facets.WeightDecay));

    /// <summary>The factor on its lr scale; empty for 1.</summary>
    public string Factor(int section) => Cell(section, static facets => facets.LearningRateScale == 1 ? "" : Number(facets.LearningRateScale));

    /// <summary>Whether it is frozen; empty where it is trained.</summary>
    public string Frozen(int section) => Cell(section, static facets => facets.Frozen ? "yes" : "");

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private string Cell(int section, Func<Facets, string> say)
    {
        var text = say(_whole[section] ?? Facets.None);
        foreach (var (path, around, facets) in _inside[section])
            if (say(facets) != say(around))
                text += (text.Length == 0 ? "" : ", ") + "`" + path + "` " + say(facets);
        return text;
    }

    private void Walk(MatchNode node, string path, MatchFacts? around)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (node.Facts is { } facts) Note(facts, path, around);
        var here = node.Facts ?? around;
        foreach (var child in node.Children) Walk(child, path.Length == 0 ? child.Segment : path + "." + child.Segment, here);
        foreach (var variant in node.Variants) Walk(variant.Node, path, around);
    }

    private void Note(MatchFacts facts, string path, MatchFacts? around)
    {
        if (_whole[facts.Section] is not { } whole) _whole[facts.Section] = facts.Facets;
        else if ((path, around?.Section == facts.Section ? around.Facets : whole, facts.Facets) is var found && !_inside[facts.Section].Contains(found))
            _inside[facts.Section].Add(found);
    }
}
