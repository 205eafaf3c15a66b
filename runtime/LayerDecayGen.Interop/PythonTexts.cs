using System.Globalization;
using System.Text;

namespace LayerDecayGen.Interop;

/// <summary>Reads the literals of Python's texts and numbers.</summary>
internal static class PythonTexts
{
    /// <summary>The text of a literal with its quotes and prefix.</summary>
    /// <returns>What is wrong with it; null where it was read.</returns>
    public static string? Append(ReadOnlySpan<char> literal, StringBuilder to)
    {
        var start = literal.IndexOfAny('\'', '"');
        var prefix = literal[..start].ToString().ToLowerInvariant();
        if (prefix is not ("" or "r" or "u")) return $"a text with the prefix '{prefix}' is not read: write it out";
        var quotes = literal.Length >= start + 6 && literal[start + 1] == literal[start] && literal[start + 2] == literal[start] ? 3 : 1;
        var body = literal[(start + quotes)..^quotes];
        if (prefix != "r") return Unescape(body, to);
        to.Append(body);
        return null;
    }

    /// <summary>A number of Python, underscores and bases included; null where the text is none or not finite.</summary>
    public static double? Number(ReadOnlySpan<char> literal)
    {
        var text = literal.ToString();
        if (text.EndsWith('_') || text.Contains("__", StringComparison.Ordinal)) return null;
        text = text.Replace("_", "", StringComparison.Ordinal);
        if (text.Length > 2 && text[0] == '0' && char.IsAsciiLetter(text[1]) && text[1] is not ('e' or 'E'))
        {
            var (style, isBase) = char.ToLowerInvariant(text[1]) switch
            {
                'x' => (NumberStyles.AllowHexSpecifier, true),
                'b' => (NumberStyles.AllowBinarySpecifier, true),
                _ => (NumberStyles.None, false),
            };
            return isBase && long.TryParse(text.AsSpan(2), style, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        }

        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
    }

    private static string? Unescape(ReadOnlySpan<char> body, StringBuilder to)
    {
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '\\')
            {
                to.Append(body[i]);
                continue;
            }

            var c = body[++i];
            var simple = "\\'\"abfnrtv".IndexOf(c, StringComparison.Ordinal);
            var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (simple >= 0) to.Append("\\'\"\a\b\f\n\r\t\v"[simple]);
            else if (c is >= '0' and <= '7') i += Octal(body[i..], to) - 1;
            else if (c == '\n') continue;
            else if (digits == 0 || !Point(body[(i + 1)..], digits, to)) return $"escape '\\{PythonText.Shown(c.ToString())}' is not read";
            else i += digits;
        }

        return null;
    }

    private static int Octal(ReadOnlySpan<char> body, StringBuilder to)
    {
        var (value, length) = (0, 0);
        for (; length < 3 && length < body.Length && body[length] is >= '0' and <= '7'; length++) value = 8 * value + body[length] - '0';
        to.Append((char)value);
        return length;
    }

    private static bool Point(ReadOnlySpan<char> body, int digits, StringBuilder to)
    {
        if (body.Length < digits || !uint.TryParse(body[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point)) return false;
        if (point <= char.MaxValue) to.Append((char)point);
        else if (Rune.IsValid(point)) to.Append(new Rune(point).ToString());
        else return false;
        return true;
    }
}
