using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LayerDecayGen.References;

/// <summary>One pattern of a matcher.</summary>
/// <param name="Pattern">A regular expression that must match from the start of a name; its groups are numbers.</param>
/// <param name="Suffix">Numbers behind those of the groups, or <see cref="TimmGroupMatcher.PreviousGroup"/>; empty for none.</param>
public sealed record TimmGroupPattern(string Pattern, ImmutableArray<double> Suffix)
{
    /// <summary>A pattern without suffix.</summary>
    /// <param name="pattern">A regular expression that must match from the start of a name.</param>
    public TimmGroupPattern(string pattern) : this(pattern, []) { }
}

/// <summary>
/// timm's <c>group_matcher</c>: huggingface/pytorch-image-models, <c>timm/models/_manipulate.py</c>, <c>group_with_matcher</c>. The first
/// pattern that matches a name gives it an ordinal: the number of its group, the numbers its parentheses catch, and its suffix. Layers are
/// the sorted ordinals; a name without a match comes last.
/// </summary>
/// <param name="Groups">The groups in order, such as <c>stem</c> and <c>blocks</c>, each with its patterns.</param>
public sealed record TimmGroupMatcher(ImmutableArray<KeyValuePair<string, ImmutableArray<TimmGroupPattern>>> Groups)
{
    /// <summary>The suffix that joins the layer before (timm's <c>MATCH_PREV_GROUP</c>).</summary>
    public const double PreviousGroup = 99999;

    /// <summary>The matcher of timm's vision transformers.</summary>
    public static TimmGroupMatcher VisionTransformer { get; } = new(
    [
        new("stem", [new("^cls_token|reg_token|pos_embed|patch_embed")]),
        new("blocks", [new(@"^blocks\.(\d+)"), new("^norm", [PreviousGroup])]),
    ]);

    /// <summary>The matcher of timm's ResNet.</summary>
    /// <param name="coarse">Whether a stage is a layer; otherwise a block.</param>
    public static TimmGroupMatcher ResNet(bool coarse = false) => new(
    [
        new("stem", [new("^conv1|bn1|maxpool")]),
        new("blocks", [new(coarse ? @"^layer(\d+)" : @"^layer(\d+)\.(\d+)")]),
    ]);

    /// <summary>The matcher of timm's ConvNeXt.</summary>
    /// <param name="coarse">Whether a stage is a layer; otherwise a block.</param>
    public static TimmGroupMatcher ConvNeXt(bool coarse = false) => new(
    [
        new("stem", [new("^stem")]),
        new("blocks", coarse ? [new(@"^stages\.(\d+)")] :
        [
            new(@"^stages\.(\d+)\.downsample", [0]), new(@"^stages\.(\d+)\.blocks\.(\d+)"), new("^norm_pre", [PreviousGroup]),
        ]),
    ]);

    /// <summary>The matcher of timm's Swin transformer.</summary>
    /// <param name="coarse">Whether a stage is a layer; otherwise a block.</param>
    public static TimmGroupMatcher Swin(bool coarse = false) => new(
    [
        new("stem", [new("^patch_embed")]),
        new("blocks", coarse ? [new(@"^layers\.(\d+)")] :
        [
            new(@"^layers\.(\d+).downsample", [0]), new(@"^layers\.(\d+)\.\w+\.(\d+)"), new("^norm", [PreviousGroup]),
        ]),
    ]);

    internal ImmutableDictionary<string, int> Layers(IReadOnlyList<string> names)
    {
        var ordinals = Ordinals(names);
        var layers = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        var layer = -1;
        foreach (var group in ordinals.GroupBy(o => o.Ordinal, OrdinalComparer.Instance).OrderBy(g => g.Key, OrdinalComparer.Instance))
        {
            if (layer < 0 || group.Key[^1] != PreviousGroup) layer++;
            foreach (var (name, _) in group) layers[name] = layer;
        }

        return layers.ToImmutable();
    }

    /// <summary>The same where every group finds something.</summary>
    internal ImmutableDictionary<string, int> CheckedLayers(IReadOnlyList<string> names, ModelFacts facts)
    {
        EnsureGroupsMatch(Ordinals(names), facts);
        return Layers(names);
    }

    private List<(string Name, double[] Ordinal)> Ordinals(IReadOnlyList<string> names)
    {
        var compiled = Groups.SelectMany((g, i) => g.Value.Select(p => (Group: i, Match: Compile(p.Pattern), p.Suffix))).ToList();
        return [.. names.Select(n => (n, Ordinal(n, compiled)))];
    }

    // Python writes a named group as (?P<name>...).
    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern.Replace("(?P<", "(?<", StringComparison.Ordinal)})", RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new PlanException($"The group matcher's pattern '{pattern}' is no regular expression: {e.Message}");
        }
    }

    private static double[] Ordinal(string name, List<(int Group, Regex Match, ImmutableArray<double> Suffix)> patterns)
    {
        foreach (var (group, regex, suffix) in patterns)
        {
            if (regex.Match(name) is not { Success: true } match) continue;
            return [group, .. match.Groups.Values.Skip(1).Select(g => Number(g, name)), .. suffix.IsDefault ? [] : suffix];
        }

        return [double.PositiveInfinity];
    }

    private static double Number(Group caught, string name) =>
        caught.Success && double.TryParse(caught.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
            : throw new PlanException($"The group matcher catches '{caught.Value}' in '{name}': a group of a pattern must catch a number.");

    private void EnsureGroupsMatch(List<(string Name, double[] Ordinal)> ordinals, ModelFacts facts)
    {
        var met = ordinals.Select(o => o.Ordinal[0]).ToHashSet();
        for (var i = 0; i < Groups.Length; i++)
        {
            if (!Groups[i].Value.IsEmpty && !met.Contains(i))
            {
                throw new PlanException($"The group matcher's '{Groups[i].Key}' matches no parameter of {facts.ModelName}, whose first is '{facts.Parameters[0].Name}': "
                    + "its layers would all be at the head's scale. Are the names below a prefix?");
            }
        }
    }

    private sealed class OrdinalComparer : IComparer<double[]>, IEqualityComparer<double[]>
    {
        public static OrdinalComparer Instance { get; } = new();

        public int Compare(double[]? x, double[]? y) => x.AsSpan().SequenceCompareTo(y);

        public bool Equals(double[]? x, double[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(double[] ordinal) => ordinal.Aggregate(17, HashCode.Combine);
    }
}
