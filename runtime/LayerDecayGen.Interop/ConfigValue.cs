using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LayerDecayGen.Interop;

/// <summary>A dictionary of a configuration in the order of its text.</summary>
internal sealed class ConfigMap
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public List<string> Keys { get; } = [];

    public bool Has(string key) => _values.ContainsKey(key);

    public object? this[string key] => _values.GetValueOrDefault(key);

    public void Set(string key, object? value)
    {
        if (_values.TryAdd(key, value)) Keys.Add(key);
        else _values[key] = value;
    }
}

/// <summary>
/// Values of a configuration, from Python or JSON: <see cref="ConfigMap"/>, lists, text, double, bool, null. <c>where</c> names the field.
/// </summary>
internal static class ConfigValue
{
    public static ConfigMap Map(object? value, string where) =>
        value as ConfigMap ?? throw new PlanException($"{where} is {Kind(value)}: it must be an object of fields.");

    public static ConfigMap? OptionalMap(ConfigMap map, string key) => map[key] is null ? null : Map(map[key], key);

    public static double Number(object? value, string where) =>
        value is double number ? number : throw new PlanException($"{where} is {Kind(value)}: it must be a number.");

    public static double? OptionalNumber(ConfigMap map, string key, string where) => map[key] is null ? null : Number(map[key], $"{where}.{key}");

    public static bool Flag(object? value, string where) =>
        value is bool flag ? flag : throw new PlanException($"{where} is {Kind(value)}: it must be true or false.");

    public static string Text(object? value, string where) =>
        value as string ?? throw new PlanException($"{where} is {Kind(value)}: it must be a text.");

    public static double[] Numbers(object? value, string where) =>
        value is List<object?> list ? [.. list.Select(v => Number(v, where))] : throw new PlanException($"{where} is {Kind(value)}: it must be a list of numbers.");

    public static string Kind(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        string text => $"\"{PythonText.Shown(text)}\"",
        ConfigMap => "an object",
        _ => "a list",
    };

    /// <summary>A text as JSON.</summary>
    public static object? Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Of(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new PlanException($"Line {e.LineNumber + 1} of the configuration is no JSON: {e.Message}");
        }
    }

    /// <summary>An element of JSON; its depth was limited when it was parsed.</summary>
    public static object? Of(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.Object => MapOf(json),
                JsonValueKind.Array => json.EnumerateArray().Select(Of).ToList(),
                JsonValueKind.String => json.GetString(),
                JsonValueKind.Number => json.GetDouble() is var number && double.IsFinite(number)
                    ? number
                    : throw new PlanException("The configuration has a number that no double holds."),
                JsonValueKind.True or JsonValueKind.False => json.GetBoolean(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            throw new PlanException("The configuration has a text with half a surrogate pair: it is no Unicode text.");
        }
    }

    private static ConfigMap MapOf(JsonElement json)
    {
        var map = new ConfigMap();
        foreach (var entry in json.EnumerateObject())
        {
            if (map.Has(entry.Name)) throw new PlanException($"The configuration has '{PythonText.Shown(entry.Name)}' twice in one object: leave one of them.");
            map.Set(entry.Name, Of(entry.Value));
        }

        return map;
    }
}
