using System.Globalization;
using LayerDecayGen.Review;

namespace LayerDecayGen;

/// <summary>The groups file of a live model: the lines of the attributes, with what only run time knows.</summary>
internal static class LiveGroupsFile
{
    public static GroupsFile Of(string declared, ParameterGroups groups, SectionOverrides changes)
    {
        var file = GroupsFile.Parse(declared);
        var scales = groups.Plan.Parameters.Where(p => p.Fact.LearningRateScale != 0).ToLookup(
            p => p.Fact.Layer, p => p.LearningRateScale / p.Fact.LearningRateScale);
        return new GroupsFile(file.Title, file.Rule, [.. file.Rows.Select((row, section) => Row(row, section, groups.Facts, scales, changes.Of(section)))]);
    }

    /// <summary>Refuses what differs from a file.</summary>
    public static void EnsureMatches(GroupsFile live, string path)
    {
        var file = GroupsFile.Parse(File.ReadAllText(path));
        var problems = GroupsComparison.Of(file, live).Select(difference => $"{difference.Text}.").ToList();
        if (file.Rule != live.Rule) problems.Insert(0, $"the rule was \"{file.Rule}\" and is now \"{live.Rule}\".");
        if (problems.Count > 0)
            throw new InvalidOperationException(
                $"The groups of {live.Title} differ from {path}:\n  - {string.Join("\n  - ", problems)}\nIf this change of training is meant, write ToGroupsFile() to the file.");
    }

    private static string[] Row(
        string[] declared, int section, ModelFacts facts, ILookup<int?, double> scales, IReadOnlyList<(int Child, SectionOverride Change)> changes)
    {
        var own = facts.Parameters.Where(f => f.Section == section && f.TiedTo is null).ToArray();
        var layers = own.Select(f => f.Layer).OfType<int>().Distinct().Order().ToArray();
        var row = declared[..GroupsFile.Declared];
        foreach (var (child, change) in changes)
        {
            if (change.WeightDecay is { } decay) Add(ref row[GroupsFile.WeightDecay], child, Number(decay));
            if (change.LearningRateScale is { } factor and not 1) Add(ref row[GroupsFile.Factor], child, Number(factor));
            if (child >= 0 && change.Frozen is { } frozen) Add(ref row[GroupsFile.Frozen], child, frozen ? "yes" : "no");
        }

        var all = own.Length > 0 && own.All(f => f.Frozen);
        if (all != (row[GroupsFile.Frozen] == "yes") && own.Length > 0 && (all || row[GroupsFile.Frozen] == "yes"))
            Add(ref row[GroupsFile.Frozen], -1, all ? "yes" : "no");
        var known = layers.SelectMany(layer => scales[layer]).Select(scale => scale.ToString("G4", CultureInfo.InvariantCulture)).Distinct().ToArray();
        return [.. row, Range(layers.Select(layer => Number(layer)).ToArray()), Range(known)];
    }

    private static void Add(ref string cell, int child, string what)
    {
        var text = (child < 0 ? "" : FormattableString.Invariant($"[{child}] ")) + what + " at run time";
        cell = cell.Length == 0 ? text : cell + ", " + text;
    }

    private static string Range(string[] values) => values.Length switch
    {
        0 => "",
        1 => values[0],
        _ => values[0] + " to " + values[^1],
    };

    private static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
