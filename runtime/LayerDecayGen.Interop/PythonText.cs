using System.Collections;
using System.Globalization;
using System.Text;

namespace LayerDecayGen.Interop;

/// <summary>Values as Python and JSON write them.</summary>
internal static class PythonText
{
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
        "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
        "while", "with", "yield",
    };

    public static string Quote(string text) => $"'{Escape(text, '\'', isJson: false)}'";

    /// <summary>A text for a comment or a message: one line, nothing that a terminal or an editor would obey.</summary>
    public static string Shown(string text) => Escape(text, '\0', isJson: false);

    /// <summary>A name that goes before <c>=</c> as it is.</summary>
    public static string Identifier(string name, string what) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !Keywords.Contains(name)
            ? name
            : throw new PlanException($"{what} '{Shown(name)}' is no name that Python takes for an argument: rename it.");

    // Half a surrogate pair has no UTF-8: escaped it survives in Python's texts and in its JSON.
    private static string Escape(string text, char quote, bool isJson)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote || c == '\\') escaped.Append('\\').Append(c);
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1])) escaped.Append(c).Append(text[++i]);
            else if (!IsUnsafe(c)) escaped.Append(c);
            else escaped.Append(isJson || c > 0xff ? FormattableString.Invariant($"\\u{(int)c:x4}") : FormattableString.Invariant($"\\x{(int)c:x2}"));
        }

        return escaped.ToString();
    }

    private static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;

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

    public static string Json(string text) => $"\"{Escape(text, '"', isJson: true)}\"";

    public static string JsonValue(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => Json(text),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(JsonValue))}]",
        _ => Number(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };
}
