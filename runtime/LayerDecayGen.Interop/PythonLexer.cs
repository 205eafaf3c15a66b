namespace LayerDecayGen.Interop;

/// <summary>
/// Cuts a Python file into tokens in one pass. Statements end at a line's end outside brackets; comments and joined lines leave no token.
/// </summary>
internal sealed class PythonLexer
{
    private static readonly string[] Longest = ["**", "//", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", ":="];
    private readonly PythonSource _source;
    private readonly string _text;
    private readonly List<PythonToken> _tokens = [];
    private readonly Stack<int> _open = new();
    private int _at;

    private PythonLexer(PythonSource source) => (_source, _text) = (source, source.Text);

    /// <summary>The tokens of a file.</summary>
    /// <exception cref="PlanException">A text or a bracket is not closed.</exception>
    public static List<PythonToken> Read(PythonSource source)
    {
        var lexer = new PythonLexer(source);
        while (lexer._at < source.Text.Length) lexer.Next();
        if (lexer._open.TryPop(out var open)) throw source.Error(open, $"'{source.Text[open]}' is not closed");
        lexer.EndStatement();
        return lexer._tokens;
    }

    private void Next()
    {
        var c = _text[_at];
        if (c == '#') _at = _text.IndexOf('\n', _at) is >= 0 and var end ? end : _text.Length;
        else if (c is '\n' or ';' && _open.Count == 0) EndStatement(1);
        else if (c == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '\n' or '\r') _at += 2;
        else if (char.IsWhiteSpace(c) || c == '\uFEFF') _at++;
        else if (c is '\'' or '"') Text(_at);
        else if (char.IsLetter(c) || c == '_') Word();
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]))) Number();
        else Operator(c);
    }

    private void EndStatement(int length = 0)
    {
        if (_tokens.Count > 0 && _tokens[^1].Kind != PythonTokenKind.End) _tokens.Add(new(PythonTokenKind.End, _at, length));
        _at += length;
    }

    // A short word directly before a quote is the text's prefix.
    private void Word()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
        if (_at - start <= 2 && _at < _text.Length && _text[_at] is '\'' or '"') Text(start);
        else _tokens.Add(new(PythonTokenKind.Name, start, _at - start));
    }

    private void Number()
    {
        var start = _at++;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '.' or '_' || IsExponentSign(start))) _at++;
        _tokens.Add(new(PythonTokenKind.Number, start, _at - start));
    }

    private bool IsExponentSign(int start) =>
        _text[_at] is '+' or '-' && _text[_at - 1] is 'e' or 'E' && !(_text[start] == '0' && _text[start + 1] is 'x' or 'X');

    private void Text(int start)
    {
        var quote = _text[_at];
        var isLong = _text.AsSpan(_at).StartsWith([quote, quote, quote]);
        _at += isLong ? 3 : 1;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == '\\') _at++;
            else if (c == '\n' && !isLong) break;
            else if (c == quote && (!isLong || _text.AsSpan(_at).StartsWith([quote, quote, quote])))
            {
                _at += isLong ? 3 : 1;
                _tokens.Add(new(PythonTokenKind.Text, start, _at - start));
                return;
            }

            _at++;
        }

        throw _source.Error(start, "a text is not closed");
    }

    private void Operator(char c)
    {
        if (c is '(' or '[' or '{') _open.Push(_at);
        else if (c is ')' or ']' or '}' && !(_open.TryPop(out var open) && IsPair(_text[open], c))) throw _source.Error(_at, $"'{c}' closes nothing");
        var length = Array.Exists(Longest, o => _text.AsSpan(_at).StartsWith(o)) ? 2 : 1;
        var kind = c is '(' or ')' or '[' or ']' or '{' or '}' or ',' or ':' or '=' or '+' or '-' or '*' or '/' or '%' or '.' or '<' or '>' or '!' or '@'
            ? PythonTokenKind.Operator
            : PythonTokenKind.Unknown;
        _tokens.Add(new(kind, _at, length));
        _at += length;
    }

    private static bool IsPair(char open, char close) => (open, close) is ('(', ')') or ('[', ']') or ('{', '}');
}
