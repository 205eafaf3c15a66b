using System.Text;

namespace LayerDecayGen.Interop;

/// <summary>Evaluates one expression of literals: dictionaries, lists, adjacent texts, arithmetic on numbers, names assigned earlier.</summary>
internal sealed class PythonExpression(PythonSource source, List<PythonToken> tokens, Func<string, int, object?> lookup)
{
    private const int MostLevels = 100;
    private readonly string _text = source.Text;
    private int _at;
    private int _end;
    private int _level;
    private long _copied;

    /// <summary>The value of the tokens from start to end.</summary>
    /// <exception cref="PlanException">They are more than literals; the message names the line.</exception>
    public object? Read(int start, int end)
    {
        (_at, _end, _level) = (start, end, 0);
        var value = Sum();
        if (!Take(",")) return _at == _end ? value : throw Error($"'{Here()}' is not expected here");
        var items = new List<object?> { value };
        while (_at < _end)
        {
            items.Add(Sum());
            if (_at < _end) Expect(",");
        }

        return items;
    }

    private object? Sum()
    {
        if (++_level > MostLevels) throw Error($"values are nested more than {MostLevels} deep");
        var value = Product();
        while (Peek("+") || Peek("-"))
        {
            var sign = Take("+") ? 1 : -Step();
            value = Finite(Number(value) + sign * Number(Product()));
        }

        _level--;
        return value;
    }

    private object? Product()
    {
        var value = Power();
        while (Peek("*") || Peek("/") || Peek("//") || Peek("%"))
        {
            var operation = Here();
            _at++;
            var (left, right) = (Number(value), Number(Power()));
            if (operation != "*" && right == 0) throw Error("division by zero");
            value = Finite(operation switch
            {
                "*" => left * right,
                "/" => left / right,
                "//" => Math.Floor(left / right),
                _ => left - right * Math.Floor(left / right),
            });
        }

        return value;
    }

    // A sign binds less than a power: -2 ** 2 is -4.
    private object? Power()
    {
        double? sign = null;
        while (Peek("+") || Peek("-")) sign = (sign ?? 1) * (Take("+") ? 1 : -Step());
        var value = Atom();
        if (Take("**"))
        {
            if (++_level > MostLevels) throw Error($"values are nested more than {MostLevels} deep");
            value = Finite(Math.Pow(Number(value), Number(Power())));
            _level--;
        }

        return sign is { } s ? s * Number(value) : value;
    }

    private object? Atom()
    {
        if (_at >= _end) throw Error("a value is missing at the end");
        var token = tokens[_at];
        switch (token.Kind)
        {
            case PythonTokenKind.Text: return Texts();
            case PythonTokenKind.Number:
                _at++;
                return PythonTexts.Number(_text.AsSpan(token.Start, token.Length)) ?? throw Error($"'{Cut(Text(token))}' is no finite number");
            case PythonTokenKind.Name: return Word(token);
            case PythonTokenKind.Operator when Take("{"): return Dictionary();
            case PythonTokenKind.Operator when Take("["): return Items("]", out _);
            case PythonTokenKind.Operator when Take("("):
                var items = Items(")", out var isTuple);
                return isTuple || items.Count != 1 ? items : items[0];
            default: throw Error($"'{Here()}' is not expected here");
        }
    }

    private object? Word(PythonToken token)
    {
        _at++;
        var word = Text(token);
        if (word == "dict" && Take("(")) return Call();
        return word switch
        {
            "True" => true,
            "False" => false,
            "None" => null,
            _ => lookup(word, token.Start),
        };
    }

    private ConfigMap Call()
    {
        var fields = new ConfigMap();
        if (!Peek(")") && !Peek("**") && !(_at + 1 < _end && Is(_at + 1, "=")))
        {
            Spread(fields, Sum(), overrides: true);
            if (!Peek(")")) Expect(",");
        }

        while (!Take(")"))
        {
            if (Take("**")) Spread(fields, Sum(), overrides: false);
            else
            {
                if (_at >= _end || tokens[_at].Kind != PythonTokenKind.Name) throw Error($"'{Here()}' is not expected here");
                var name = Here();
                _at++;
                Expect("=");
                Put(fields, name, Sum());
            }

            if (!Peek(")")) Expect(",");
        }

        return fields;
    }

    private ConfigMap Dictionary()
    {
        var entries = new ConfigMap();
        var stated = new HashSet<string>(StringComparer.Ordinal);
        while (!Take("}"))
        {
            if (Take("**")) Spread(entries, Sum(), overrides: true);
            else
            {
                if (Sum() is not string key) throw Error("a key must be a text");
                Expect(":");
                if (!stated.Add(key)) throw Error($"'{Cut(key)}' stands twice");
                entries.Set(key, Sum());
            }

            if (!Peek("}")) Expect(",");
        }

        return entries;
    }

    private List<object?> Items(string close, out bool isTuple)
    {
        isTuple = false;
        var items = new List<object?>();
        while (!Take(close))
        {
            items.Add(Sum());
            if (Peek(close)) continue;
            Expect(",");
            isTuple = true;
        }

        return items;
    }

    // What ** copies is bounded by the text, so that a short text cannot ask for much memory.
    private void Spread(ConfigMap into, object? value, bool overrides)
    {
        if (value is not ConfigMap map) throw Error("what dict(...) or ** takes here must be a dictionary");
        if ((_copied += map.Keys.Count) > 4096L + _text.Length) throw Error("dictionaries are copied more often than the text is long");
        foreach (var key in map.Keys)
        {
            if (overrides) into.Set(key, map[key]);
            else Put(into, key, map[key]);
        }
    }

    private void Put(ConfigMap into, string key, object? value)
    {
        if (into.Has(key)) throw Error($"'{Cut(key)}' stands twice");
        into.Set(key, value);
    }

    private string Texts()
    {
        var read = new StringBuilder();
        for (; _at < _end && tokens[_at].Kind == PythonTokenKind.Text; _at++)
        {
            if (PythonTexts.Append(_text.AsSpan(tokens[_at].Start, tokens[_at].Length), read) is { } wrong) throw Error(wrong);
        }

        return read.ToString();
    }

    private double Number(object? value) => value is double number ? number : throw Error("arithmetic is read for numbers only");

    private double Finite(double value) => double.IsFinite(value) ? value : throw Error("the result of the arithmetic is no finite number");

    private int Step()
    {
        _at++;
        return 1;
    }

    private bool Peek(string expected) => _at < _end && Is(_at, expected);

    private bool Take(string expected)
    {
        if (!Peek(expected)) return false;
        _at++;
        return true;
    }

    private void Expect(string expected)
    {
        if (!Take(expected)) throw Error($"'{expected}' expected, found '{Here()}'");
    }

    private bool Is(int token, string expected) =>
        tokens[token].Kind != PythonTokenKind.Text && _text.AsSpan(tokens[token].Start, tokens[token].Length).SequenceEqual(expected);

    private string Here() => _at < _end ? Cut(Text(tokens[_at])) : "the end";

    private string Text(PythonToken token) => _text.Substring(token.Start, token.Length);

    private static string Cut(string shown) => PythonText.Shown(shown.Length > 60 ? shown[..60] + "…" : shown);

    private PlanException Error(string what) => source.Error(tokens[Math.Min(_at, tokens.Count - 1)].Start, what);
}
