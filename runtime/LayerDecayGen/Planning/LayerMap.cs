using System.Collections.Immutable;
using LayerDecayGen.Layout;

namespace LayerDecayGen;

/// <summary>
/// Layers by path patterns, for models that cannot carry attributes: what the generator compiles from attributes, written at run time. It
/// serves live models as a layout and recorded ones through <see cref="Apply"/>.
/// </summary>
/// <remarks>
/// A path is dotted registered names and covers everything at and below it; the path with the most segments wins. Stacks have holes, as in
/// <c>blocks.{i}</c>, <c>layers.{s}.blocks.{i}</c> or
/// <c>block_{i}</c>; what a stage owns beside its inner stack goes with its last block. Layers are numbered as for attributes.
/// </remarks>
/// <example><code>
/// var map = new LayerMap("VideoMAE").WithLayer(0, "patch_embed").WithStack("blocks.{i}").WithLastLayer("fc_norm", "head");
/// </code></example>
public sealed class LayerMap : LayerLayout
{
    private readonly ImmutableArray<PathPattern> _patterns;
    private readonly ImmutableDictionary<int, Func<int, int, int>> _layerOf;

    /// <summary>A map without rules yet.</summary>
    /// <param name="modelName">The model, for messages.</param>
    /// <param name="layerDecay">The rate in (0, 1]; null leaves it to options and recipes.</param>
    public LayerMap(string modelName, double? layerDecay = null)
        : this(modelName, RateOf(layerDecay), [], [], ImmutableDictionary<int, Func<int, int, int>>.Empty) { }

    private LayerMap(
        string modelName, double layerDecay, Section[] sections, ImmutableArray<PathPattern> patterns, ImmutableDictionary<int, Func<int, int, int>> layerOf)
        : base(modelName, layerDecay, sections) => (_patterns, _layerOf) = (patterns, layerOf);

    /// <summary>Puts paths into a layer.</summary>
    /// <param name="number">The layer, from 0 (the stem).</param>
    /// <param name="paths">Dotted registered names.</param>
    public LayerMap WithLayer(int number, params string[] paths)
    {
        Require.AtLeast(number, 0);
        return With(paths, path => new Section { Path = path, Kind = SectionKind.Layer, Layer = number, Attribute = FormattableString.Invariant($"Layer {number}:") });
    }

    /// <summary>Makes the children at a path's holes layers.</summary>
    /// <param name="path">A path with one hole, or with two for stages and their blocks.</param>
    /// <param name="blocksPerLayer">How many consecutive children form one layer.</param>
    /// <param name="parallelTo">The path of an earlier stack that shares its layers with this one; null counts on.</param>
    /// <param name="layerOf">The layer of a child by stage (-1 with one hole) and index; null numbers children in order.</param>
    public LayerMap WithStack(string path, int blocksPerLayer = 1, string? parallelTo = null, Func<int, int, int>? layerOf = null)
    {
        Require.AtLeast(blocksPerLayer, 1);
        var order = parallelTo is null ? Sections.Count : Sections.FirstOrDefault(s => s.Path == parallelTo)?.Order
            ?? throw new PlanException($"Stack '{path}': there is no earlier stack '{parallelTo}' to be parallel to.");
        var map = With([path], p => new Section
        {
            Path = p,
            Kind = SectionKind.Stack,
            Order = order,
            BlocksPerLayer = blocksPerLayer,
            HasLayerOf = layerOf is not null,
            Attribute = "Stack",
        });
        return layerOf is null ? map : new LayerMap(ModelName, LayerDecay, [.. map.Sections], map._patterns, _layerOf.Add(Sections.Count, layerOf));
    }

    /// <summary>Puts paths into the layer that was opened last before.</summary>
    /// <param name="paths">Dotted registered names.</param>
    public LayerMap WithPreviousLayer(params string[] paths) =>
        With(paths, path => new Section { Path = path, Kind = SectionKind.PreviousLayer, Attribute = "PreviousLayer" });

    /// <summary>Puts paths into the top layer, whose scale is 1.</summary>
    /// <param name="paths">Dotted registered names.</param>
    public LayerMap WithLastLayer(params string[] paths) =>
        With(paths, path => new Section { Path = path, Kind = SectionKind.LastLayer, Attribute = "LastLayer" });

    /// <inheritdoc/>
    public override LayoutMatch? Match(ReadOnlySpan<char> name, ElementTypes? elements = null)
    {
        var (best, segments) = (-1, name.ToString().Split('.'));
        LayoutMatch? match = null;
        for (var i = 0; i < _patterns.Length; i++)
        {
            if (_patterns[i].Match(segments, out var stage, out var index) is not { } matched || matched <= best) continue;
            best = matched;
            match = new LayoutMatch(i, stage, index);
        }

        return match;
    }

    /// <inheritdoc/>
    public override int LayerOf(int section, int stage, int index) =>
        _layerOf.TryGetValue(section, out var layerOf) ? layerOf(stage, index) : base.LayerOf(section, stage, index);

    /// <summary>Gives every parameter of a model its layer.</summary>
    /// <param name="facts">The model.</param>
    /// <exception cref="PlanException">A parameter is in no layer, a path matches nothing, or layers have a gap; all of it is
    /// named.</exception>
    public ModelFacts Apply(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var problems = new List<string>();
        var matches = facts.Parameters.Select(p => Match(p.Name)).ToArray();
        problems.AddRange(facts.Parameters.Zip(matches).Where(m => m.Second is null).Select(m => $"'{m.First.Name}' is at or below no path of the map."));
        problems.AddRange(Enumerable.Range(0, Sections.Count).Except(matches.OfType<LayoutMatch>().Select(m => m.Section)).Select(i => Unmatched(Sections[i], facts)));
        var numbering = LayerNumbering.Number(this, matches.OfType<LayoutMatch>(), n => facts.Parameters.Any(p => NameList.IsAtOrBelow(n, p.Name)), problems);
        if (problems.Count > 0)
            throw new PlanException($"The layer map does not fit {facts.ModelName}:\n  {string.Join("\n  ", problems)}");
        return facts with
        {
            Parameters = [.. facts.Parameters.Zip(matches).Select(p => InLayer(p.First, p.Second!.Value, numbering))],
            LayerCount = numbering.LayerCount,
            LayerDecay = double.IsNaN(LayerDecay) ? facts.LayerDecay : LayerDecay,
        };
    }

    private ParameterFact InLayer(ParameterFact fact, in LayoutMatch match, LayerNumbering numbering)
    {
        var isHead = fact.Role == ParameterRole.HiddenMatrix && Sections[match.Section].Kind == SectionKind.LastLayer;
        return fact with { Layer = numbering.LayerOf(match), Section = match.Section, StackIndex = match.Index, Role = isHead ? ParameterRole.Head : fact.Role };
    }

    private static string Unmatched(Section section, ModelFacts facts) =>
        NameList.Unmatched(section.Path, facts, section.Attribute.TrimEnd(':')).Message;

    private LayerMap With(string[] paths, Func<string, Section> section)
    {
        if (paths.Length == 0) throw new PlanException("A rule of the layer map names no path.");
        var twice = paths.Concat(Sections.Select(s => s.Path)).GroupBy(p => p, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new PlanException($"'{twice.Key}' is in the layer map twice: leave one of them.");
        var sections = paths.Select(section).ToList();
        return new LayerMap(
            ModelName, LayerDecay, [.. Sections, .. sections], _patterns.AddRange(sections.Select(s => new PathPattern(s.Path, s.Kind == SectionKind.Stack))), _layerOf);
    }

    private static double RateOf(double? layerDecay) => layerDecay is { } rate ? Require.Decay(rate, nameof(layerDecay)) : double.NaN;
}
