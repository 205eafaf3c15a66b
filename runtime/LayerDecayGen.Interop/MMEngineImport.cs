using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>What one key of an imported configuration does in a model.</summary>
/// <param name="Key">The key.</param>
/// <param name="Decides">The parameters that take their settings from it.</param>
/// <param name="Hidden">The parameters that it hits and a longer key decides.</param>
/// <param name="NearestName">For a key that hits nothing, the name that needs the fewest edits; null otherwise.</param>
public sealed record KeyReport(CustomKey Key, ImmutableArray<string> Decides, ImmutableArray<string> Hidden, string? NearestName);

/// <summary>
/// Parameter-wise options that were read from an mmengine configuration: JSON, or the literal subset of Python that a fragment consists of.
/// No Python is executed.
/// </summary>
public sealed record MMEngineImport
{
    /// <summary>The optimizer's base rate, where the configuration states one.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The optimizer's weight decay, where the configuration states one.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The options.</summary>
    public required ParamwiseOptions Paramwise { get; init; }

    /// <summary>Reads a configuration: a dictionary of keys, a <c>paramwise_cfg</c>, or a file with <c>optim_wrapper</c>.</summary>
    /// <param name="text">JSON, or assignments of Python literals.</param>
    /// <param name="anyField">Whether keys may have fields that no optimizer of torch knows; mmengine carries them into the groups.</param>
    /// <exception cref="PlanException">The text cannot be read; the message names the line or the field.</exception>
    public static MMEngineImport Read(string text, bool anyField = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var isJson = text.AsSpan().TrimStart().StartsWith("{");
        var root = isJson ? Json(text) : JsonSerializer.SerializeToElement(PythonLiteralReader.ReadFile(text));
        if (root.ValueKind != JsonValueKind.Object) throw new PlanException("The configuration is no object.");
        if (Field(root, "optim_wrapper") is { } wrapper) root = wrapper;
        var optimizer = Field(root, "optimizer");
        var paramwise = Field(root, "paramwise_cfg") is { } cfg ? CustomKeysReader.ReadParamwise(cfg, anyField)
            : Field(root, "custom_keys") is { } keys ? new ParamwiseOptions { CustomKeys = CustomKeysReader.Read(keys, anyField) }
            : isJson && optimizer is null ? new ParamwiseOptions { CustomKeys = CustomKeysReader.Read(root, anyField) }
            : throw new PlanException("The configuration has neither optim_wrapper.paramwise_cfg nor custom_keys.");
        return new MMEngineImport { LearningRate = Number(optimizer, "lr"), WeightDecay = Number(optimizer, "weight_decay"), Paramwise = paramwise };
    }

    /// <summary>What each key hits in a model, by mmengine's own rule.</summary>
    /// <param name="facts">The model.</param>
    public ImmutableArray<KeyReport> Report(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var matcher = new CustomKeyMatcher(Paramwise.CustomKeys);
        var winners = facts.Parameters.Select(p => (p.Name, Text: CustomKeyMatcher.TextOf(p.Name))).Select(p => (p.Name, p.Text, Key: matcher.Find(p.Text, wholeNumbers: false)?.Key)).ToList();
        return [.. Paramwise.CustomKeys.Select(key =>
        {
            var hits = winners.Where(w => CustomKeyMatcher.Hits(key.Key, w.Text, wholeNumbers: false)).ToLookup(w => w.Key == key.Key, w => w.Name);
            return new KeyReport(key, [.. hits[true]], [.. hits[false]], hits.Count == 0 ? facts.NearestName(key.Key) : null);
        })];
    }

    /// <summary>The report as text: a line a key, and one for the parameters that no key hits.</summary>
    /// <param name="facts">The model.</param>
    public string ToText(ModelFacts facts)
    {
        var report = Report(facts);
        var text = new StringBuilder();
        foreach (var key in report)
        {
            text.Append(CultureInfo.InvariantCulture, $"{key.Key.Key}: ");
            if (key.NearestName is { } nearest) text.Append(CultureInfo.InvariantCulture, $"hits nothing; nearest name '{nearest}'");
            else if (key.Decides.IsEmpty)
                text.Append(CultureInfo.InvariantCulture, $"decides nothing; longer keys take all {key.Hidden.Length} it hits");
            else text.Append(CultureInfo.InvariantCulture, $"decides {key.Decides.Length}, from {key.Decides[0]}{(key.Hidden.IsEmpty ? "" : $"; longer keys take {key.Hidden.Length}")}");
            text.Append('\n');
        }

        var met = report.SelectMany(k => k.Decides).ToHashSet(StringComparer.Ordinal);
        var others = facts.Parameters.Where(p => !met.Contains(p.Name)).ToList();
        if (others.Count > 0) text.Append(CultureInfo.InvariantCulture, $"no key: {others.Count}, from {others[0].Name}\n");
        return text.ToString();
    }

    /// <summary>The recipe that plans as mmengine would. Without parity a key that hits nothing is an error.</summary>
    /// <param name="parity">Whether to give mmengine's result to the letter.</param>
    public MMEngineRecipe ToRecipe(bool parity = false) =>
        new() { LearningRate = LearningRate, WeightDecay = WeightDecay, Paramwise = Paramwise, Parity = parity };

    private static JsonElement Json(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException e)
        {
            throw new PlanException($"Line {e.LineNumber + 1} of the configuration is no JSON: {e.Message}");
        }
    }

    private static JsonElement? Field(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static double? Number(JsonElement? json, string name)
    {
        if (json is not { } optimizer || !optimizer.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw new PlanException($"optimizer.{name} is {value.GetRawText()}: it must be a number.");
    }
}
