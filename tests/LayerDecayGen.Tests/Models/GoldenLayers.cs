using System.Globalization;
using System.Text.Json;

namespace LayerDecayGen.Tests.Models;

/// <summary>What a golden case says of a model's parameters: their names, dimensions and layers.</summary>
public sealed class GoldenLayers(GoldenCase golden)
{
    private readonly JsonElement[] _parameters = [.. golden.Json.GetProperty("parameters").EnumerateArray()];

    /// <summary>Every parameter with its number of dimensions, sorted.</summary>
    public IEnumerable<string> NamesWithDimensions =>
        _parameters.Select(p => $"{NameOf(p)} {p.GetProperty("shape").GetArrayLength()}").Order(StringComparer.Ordinal);

    /// <summary>The parameters that the reference grouped: the trainable ones.</summary>
    public IEnumerable<string> Trainable => _parameters.Where(p => p.FlagAt("requires_grad") != false).Select(NameOf);

    /// <summary>The layer of every trainable parameter; empty where the reference does not tell.</summary>
    public IReadOnlyDictionary<string, int> Layers { get; } = ReadLayers(golden);

    /// <summary>Whether the reference tells layers, and each from the lowest trainable one to the top has a parameter.</summary>
    public bool HasLayersWithoutGaps => Layers.Count > 0 && Layers.Values.Distinct().Count() == Layers.Values.Max() - Layers.Values.Min() + 1;

    /// <summary>The number of layers, the top included, where the reference tells it.</summary>
    public int? LayerCount => golden.Inputs.Field("layer_depth")?.EnumerateObject().First().Value[1].GetInt32();

    /// <summary>Whether the model has a parameter of that name, or below it.</summary>
    public bool Has(string name) => _parameters.Any(p => NameOf(p) == name || NameOf(p).StartsWith(name + ".", StringComparison.Ordinal));

    /// <summary>Whether a child of a stack has a parameter of that name, or below it.</summary>
    public bool FirstHas(string stack, string name) => Has($"{stack}.0.{name}");

    /// <summary>The number of children of a stack.</summary>
    public int Count(string stack)
    {
        var count = 0;
        while (Has($"{stack}.{count}")) count++;
        return count;
    }

    /// <summary>The number of blocks of every stage: <paramref name="blocks"/> is what stands between a stage's number and a block's.</summary>
    public int[] Depths(string stages, string blocks) => [.. Enumerable.Range(0, Count(stages)).Select(s => Count($"{stages}.{s}{blocks}"))];

    private static Dictionary<string, int> ReadLayers(GoldenCase golden)
    {
        if (golden.Inputs.Field("layer_map") is { } map) return map.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        if (golden.Inputs.Field("layer_depth") is { } depth) return depth.EnumerateObject().ToDictionary(p => p.Name, p => p.Value[0].GetInt32());
        var layers = new Dictionary<string, int>();
        foreach (var group in golden.Json.Field("groups")?.EnumerateArray() ?? default)
            if (LayerOf(group) is { } layer)
                foreach (var name in group.Field("params").Texts())
                    layers.Add(name, layer);
        return layers;
    }

    // MMAction2 tells layers by the names of its groups alone: layer_3_no_decay.
    private static int? LayerOf(JsonElement group) =>
        group.IntegerAt("layer_id") ?? (group.TextAt("name")?.Split('_') is ["layer", var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : null);

    private static string NameOf(JsonElement parameter) => parameter.GetProperty("name").GetString()!;
}
