using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LayerDecayGen.Interop;

/// <summary>
/// Reads the literal subset of Python that configuration fragments consist of: <c>name = value</c> with dictionaries,
/// <c>dict(name=value)</c>, lists, tuples, texts, numbers, <c>True</c>,
/// <c>False</c> and <c>None</c>. Nothing is executed; anything else is an error with its line.
/// </summary>
internal sealed class PythonLiteralReader
{
    private readonly string _text;
    private int _at;

    private PythonLiteralReader(string text) => _text = text;

    /// <summary>The assignments of a file, by name.</summary>
    public static JsonObject ReadFile(string text)
    {
        var reader = new PythonLiteralReader(text);
        var file = new JsonObject();
        reader.Skip();
        while (reader._at < text.Length)
        {
            var name = reader.Name();
            reader.Expect('=');
            reader.Put(file, name, reader.Value());
            reader.Skip();
        }

        return file;
    }

    private JsonNode? Value()
    {
        Skip();
        if (_at >= _text.Length) throw Error("a value is missing at the end");
        return _text[_at] switch
        {
            '{' => Dictionary(),
            '[' => List('[', ']'),
            '(' => List('(', ')'),
            '\'' or '"' => JsonValue.Create(Text()),
            '+' or '-' or '.' or (>= '0' and <= '9') => JsonValue.Create(Number()),
            _ => Word(),
        };
    }

    private JsonNode? Word()
    {
        var word = Name();
        if (word == "dict") return Call();
        return word switch
        {
            "True" => JsonValue.Create(true),
            "False" => JsonValue.Create(false),
            "None" => null,
            _ => throw Error($"'{word}' is no literal: nothing but literals is read, and nothing is executed"),
        };
    }

    private JsonObject Call()
    {
        Expect('(');
        var fields = new JsonObject();
        while (!Take(')'))
        {
            var name = Name();
            Expect('=');
            Put(fields, name, Value());
            if (!Take(',') && !Peek(')')) throw Error("',' or ')' expected");
        }

        return fields;
    }

    private JsonObject Dictionary()
    {
        Expect('{');
        var entries = new JsonObject();
        while (!Take('}'))
        {
            Skip();
            if (_at >= _text.Length || _text[_at] is not ('\'' or '"')) throw Error("a key must be a text");
            var key = Text();
            Expect(':');
            Put(entries, key, Value());
            if (!Take(',') && !Peek('}')) throw Error("',' or '}' expected");
        }

        return entries;
    }

    private JsonArray List(char open, char close)
    {
        Expect(open);
        var items = new JsonArray();
        while (!Take(close))
        {
            items.Add(Value());
            if (!Take(',') && !Peek(close)) throw Error($"',' or '{close}' expected");
        }

        return items;
    }

    private string Text()
    {
        var quote = _text[_at++];
        var text = new StringBuilder();
        while (_at < _text.Length && _text[_at] != quote)
        {
            if (_text[_at] == '\n') break;
            if (_text[_at] == '\\' && ++_at < _text.Length && _text[_at] is not ('\\' or '\'' or '"'))
                throw Error($"escape '\\{_text[_at]}' is not read");
            text.Append(_text[_at++]);
        }

        if (_at >= _text.Length || _text[_at] != quote) throw Error("a text is not closed");
        _at++;
        return text.ToString();
    }

    private double Number()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' || (_text[_at] is '+' or '-' && (_at == start || _text[_at - 1] is 'e' or 'E')))) _at++;
        var text = _text[start.._at];
        return double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw Error($"'{text}' is no number");
    }

    private string Name()
    {
        Skip();
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        return _at > start ? _text[start.._at] : throw Error($"'{(_at < _text.Length ? _text[_at] : ' ')}' is not expected here");
    }

    private void Put(JsonObject into, string key, JsonNode? value)
    {
        if (!into.TryAdd(key, value)) throw Error($"'{key}' stands twice");
    }

    private bool Peek(char expected)
    {
        Skip();
        return _at < _text.Length && _text[_at] == expected;
    }

    private bool Take(char expected)
    {
        if (_at >= _text.Length) throw Error($"'{expected}' is missing at the end");
        var isNext = Peek(expected);
        if (isNext) _at++;
        return isNext;
    }

    private void Expect(char expected)
    {
        if (!Peek(expected)) throw Error($"'{expected}' expected");
        _at++;
    }

    private void Skip()
    {
        while (_at < _text.Length && (char.IsWhiteSpace(_text[_at]) || _text[_at] == '#'))
        {
            if (_text[_at] == '#') _at = _text.IndexOf('\n', _at) is >= 0 and var end ? end : _text.Length;
            else _at++;
        }
    }

    private PlanException Error(string what) =>
        new($"Line {1 + _text.AsSpan(0, Math.Min(_at, _text.Length)).Count('\n')} of the configuration: {what}.");
}
