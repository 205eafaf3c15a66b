using System.Globalization;
using LayerDecayGen.Layout;

namespace LayerDecayGen.Tests;

/// <summary>
/// A layout as the generator would emit it, matched the slow and obvious way: split by dots, compare segment by segment. Tests of later stages
/// stand on it, so that a fault of the generator does not hide theirs.
/// </summary>
internal sealed class HandWrittenLayout(params Section[] sections) : LayerLayout("TestModel", 0.5, sections)
{
    public Func<int, int, int>? LayerOfChild { get; init; }

    public string[] NoWeightDecay { get; init; } = [];

    public string[] Frozen { get; init; } = [];

    public override LayoutMatch? Match(ReadOnlySpan<char> name, ElementTypes? elements = null)
    {
        var segments = name.ToString().Split('.');
        for (var i = 0; i < Sections.Count; i++)
            if (Fits(Sections[i].Path.Split('.'), segments, out var indices))
            {
                var text = name.ToString();
                return new LayoutMatch(i, indices.Count > 1 ? indices[0] : -1, indices.Count > 0 ? indices[^1] : -1)
                {
                    NoWeightDecay = NoWeightDecay.Contains(text),
                    Frozen = Frozen.Any(f => text.StartsWith(f, StringComparison.Ordinal)),
                };
            }

        return null;
    }

    public override int LayerOf(int section, int stage, int index) => LayerOfChild!(stage, index);

    public static Section Layer(string path, int layer, bool optional = false) => Make(path, SectionKind.Layer, "[Layer]") with { Layer = layer, Optional = optional };

    public static Section Stack(string path, int order = 0, int blocksPerLayer = 1, int? count = null, bool hasLayerOf = false) =>
        Make(path, SectionKind.Stack, "[LayerStack]") with { Order = order, BlocksPerLayer = blocksPerLayer, Count = count, HasLayerOf = hasLayerOf };

    public static Section Previous(string path) => Make(path, SectionKind.PreviousLayer, "[PreviousLayer]");

    public static Section Last(string path) => Make(path, SectionKind.LastLayer, "[LastLayer]");

    private static Section Make(string path, SectionKind kind, string attribute) => new() { Path = path, Kind = kind, Attribute = attribute };

    private static bool Fits(string[] pattern, string[] segments, out List<int> indices)
    {
        indices = [];
        if (segments.Length < pattern.Length) return false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (!pattern[i].Contains('{')) { if (pattern[i] != segments[i]) return false; continue; }
            if (!int.TryParse(segments[i], NumberStyles.None, CultureInfo.InvariantCulture, out var index)) return false;
            indices.Add(index);
        }

        return true;
    }
}
