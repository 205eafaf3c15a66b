namespace LayerDecayGen.Interop;

/// <summary>
/// Reads the assignments of a Python configuration without executing it: literals, arithmetic, <c>dict(...)</c> and names assigned earlier. What
/// it cannot read is remembered with the reason and is an error only when somebody asks for it. Time and memory are proportional to the text.
/// </summary>
internal sealed class PythonConfigReader
{
    private readonly PythonSource _source;
    private readonly string _text;
    private readonly List<PythonToken> _tokens;
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _unreadable = new(StringComparer.Ordinal);
    private readonly PythonExpression _expression;

    private PythonConfigReader(string text)
    {
        (_source, _text) = (new PythonSource(text), text);
        _tokens = PythonLexer.Read(_source);
        _expression = new PythonExpression(_source, _tokens, Lookup);
    }

    /// <summary>The assignments of a file.</summary>
    /// <exception cref="PlanException">A text or bracket is not closed.</exception>
    public static PythonConfigReader Read(string text)
    {
        var reader = new PythonConfigReader(text);
        for (var start = 0; start < reader._tokens.Count;)
        {
            var end = reader._tokens.FindIndex(start, t => t.Kind == PythonTokenKind.End);
            reader.Statement(start, end);
            start = end + 1;
        }

        return reader;
    }

    /// <summary>Whether a name is assigned, readable or not.</summary>
    public bool Has(string name) => _values.ContainsKey(name) || _unreadable.ContainsKey(name);

    /// <summary>The value of a name; null where it is not assigned.</summary>
    /// <exception cref="PlanException">It is assigned by something that cannot be read.</exception>
    public object? this[string name] => _unreadable.TryGetValue(name, out var why)
        ? throw new PlanException($"{why} {Advice}")
        : _values.GetValueOrDefault(name);

    /// <summary>What to do about a file that is more than literals.</summary>
    public static string Advice => "Give the resolved configuration: Config.fromfile(f).dump('x.json') writes it.";

    private void Statement(int start, int end)
    {
        if (Is(start, "with") && Range(start, end).Any(i => Is(i, "read_base"))) Refuse("_base_", start, "'with read_base()' takes in other files");
        var isAssignment = end - start > 2 && _tokens[start].Kind == PythonTokenKind.Name && Is(start + 1, "=") && IsTopLevel(start);
        if (!isAssignment)
        {
            // Code may change any name in it, so none of them is known any more.
            foreach (var i in Range(start, end).Where(i => _tokens[i].Kind == PythonTokenKind.Name)) Refuse(Word(i), start, "it is more than an assignment");
            return;
        }

        var name = Word(start);
        try
        {
            _values[name] = _expression.Read(start + 2, end);
            _unreadable.Remove(name);
        }
        catch (PlanException e)
        {
            _values.Remove(name);
            _unreadable[name] = e.Message;
        }
    }

    // In a block (indented) an assignment may happen or not.
    private bool IsTopLevel(int token)
    {
        var at = _tokens[token].Start;
        return at == 0 || _text[at - 1] is '\n' or ';' or '\uFEFF' || (_text[at - 1] == ' ' && _text.AsSpan(0, at).TrimEnd(' ').EndsWith(";"));
    }

    private void Refuse(string name, int at, string what)
    {
        _values.Remove(name);
        _unreadable.TryAdd(name, _source.Error(_tokens[at].Start, $"'{name}' cannot be read here: {what}").Message);
    }

    private object? Lookup(string name, int at)
    {
        if (_values.TryGetValue(name, out var value)) return value;
        throw _source.Error(at, _unreadable.ContainsKey(name)
            ? $"'{name}' was assigned by something that is not read"
            : $"'{name}' is no literal and no name assigned before: nothing is executed");
    }

    private static IEnumerable<int> Range(int start, int end) => Enumerable.Range(start, end - start);

    private bool Is(int token, string text) => _text.AsSpan(_tokens[token].Start, _tokens[token].Length).SequenceEqual(text);

    private string Word(int token) => _text.Substring(_tokens[token].Start, _tokens[token].Length);
}
