using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LayerDecayGen.Tests;

/// <summary>Reads fields of golden JSON.</summary>
public static class GoldenJson
{
    public static JsonElement? Field(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static double Number(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String when json.GetString() is "inf" => double.PositiveInfinity,
        JsonValueKind.String when json.GetString() is "-inf" => double.NegativeInfinity,
        JsonValueKind.String => double.Parse(json.GetString()!, CultureInfo.InvariantCulture),
        _ => json.GetDouble(),
    };

    public static double? NumberAt(this JsonElement json, string name) => json.Field(name)?.Number();

    public static int? IntegerAt(this JsonElement json, string name) => json.Field(name)?.GetInt32();

    public static bool? FlagAt(this JsonElement json, string name) => json.Field(name)?.GetBoolean();

    public static string? TextAt(this JsonElement json, string name) => json.Field(name)?.GetString();

    public static ImmutableArray<string> Texts(this JsonElement? json) => json is { } list ? [.. list.EnumerateArray().Select(e => e.GetString()!)] : [];

    public static ImmutableArray<double> Numbers(this JsonElement? json) => json is { } list ? [.. list.EnumerateArray().Select(Number)] : [];
}
