namespace LayerDecayGen.Interop;

/// <summary>What a token of a Python file is.</summary>
internal enum PythonTokenKind
{
    Name,
    Number,
    Text,
    Operator,

    /// <summary>The end of a statement.</summary>
    End,

    /// <summary>A character that the reader does not know; an error only where it is evaluated.</summary>
    Unknown,
}

/// <summary>A piece of a Python file, by its place in the text.</summary>
internal readonly record struct PythonToken(PythonTokenKind Kind, int Start, int Length);
