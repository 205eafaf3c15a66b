using System.Text.Json.Nodes;

namespace LayerDecayGen.Tests.Safetensors;

/// <summary>Changes JSON documents the way hostile files differ from good ones: numbers, types, missing, doubled and deep parts.</summary>
internal static class HeaderGrammar
{
    private static readonly string[] s_values =
    [
        "0", "-1", "1", "8", "16", "2147483648", "1152921504606846976", "9223372036854775807", "9223372036854775808", "1e300", "0.5", "null",
        "true", "\"\"", "\"99\"", "\"F64\"", "\"I8\"", "\"NaN\"", "[]", "{}", "[0]", "[0,0]", "[16,24]", "[[[[[[[[[[[[]]]]]]]]]]]]", "\"SURROGATE\"",
    ];

    /// <summary>The text of the document after one to three changes.</summary>
    public static string Change(JsonNode root, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--) ChangeOne(root, random);
        var text = root.ToJsonString().Replace("SURROGATE", "\\ud800", StringComparison.Ordinal);
        return random.Next(8) switch
        {
            0 => text[..random.Next(text.Length)],
            1 => text.Insert(random.Next(text.Length), ((char)random.Next(1, 128)).ToString()),
            _ => text,
        };
    }

    private static void ChangeOne(JsonNode root, Random random)
    {
        var places = Places(root).ToList();
        if (places.Count == 0) return;
        var (parent, key, index) = places[random.Next(places.Count)];
        var value = JsonNode.Parse(s_values[random.Next(s_values.Length)]);
        if (parent is JsonObject o)
        {
            if (random.Next(4) == 0) o.Remove(key!);
            else if (random.Next(4) == 0) o[key + "x"] = o[key!]?.DeepClone();
            else o[key!] = value;
        }
        else if (parent is JsonArray a)
        {
            if (random.Next(4) == 0) a.RemoveAt(index);
            else if (random.Next(4) == 0) a.Insert(index, value);
            else a[index] = value;
        }
    }

    private static IEnumerable<(JsonNode Parent, string? Key, int Index)> Places(JsonNode? node)
    {
        if (node is JsonObject o)
        {
            foreach (var (key, child) in o.ToList())
                foreach (var place in Places(child).Prepend((o, key, 0)))
                    yield return place;
        }
        else if (node is JsonArray a)
        {
            for (var i = 0; i < a.Count; i++)
                foreach (var place in Places(a[i]).Prepend((a, null, i)))
                    yield return place;
        }
    }
}
