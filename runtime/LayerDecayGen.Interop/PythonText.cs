using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LayerDecayGen.Interop;

/// <summary>Values as Python and JSON write them.</summary>
internal static class PythonText
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text)
        {
            if (c is '\\' or '\'') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else quoted.Append(c);
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>The shortest text that reads back to the same number, always a float.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value)) throw new PlanException($"{value} has no literal in Python or JSON.");
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
        return text.AsSpan().IndexOfAny('.', 'e') < 0 ? text + ".0" : text;
    }

    public static string Value(object value) => value switch
    {
        bool flag => flag ? "True" : "False",
        string text => Quote(text),
        IEnumerable list => Tuple([.. list.Cast<object>().Select(Value)]),
        _ => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };

    private static string Tuple(string[] items) => items.Length == 1 ? $"({items[0]},)" : $"({string.Join(", ", items)})";

    public static string Json(string text) => JsonSerializer.Serialize(text, Plain);

    public static string JsonValue(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => Json(text),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(JsonValue))}]",
        _ => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };
}
