using System.Globalization;
using System.Text;

namespace LayerDecayGen.Generator.Emitting;

/// <summary>
/// Text indented by tabs, a third of what spaces would hand the compiler, with <c>\n</c> line ends and invariant numbers, whatever the
/// machine.
/// </summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new(4096);
    private int _indentation;

    public void Line() => _text.Append('\n');

    public void Line(string text) => _text.Append('\t', _indentation).Append(text).Append('\n');

    public void Line(string start, string middle, string end = "", string rest = "", string last = "") =>
        _text.Append('\t', _indentation).Append(start).Append(middle).Append(end).Append(rest).Append(last).Append('\n');

    public void Open(string head)
    {
        Line(head);
        Open();
    }

    public void Open()
    {
        Line("{");
        _indentation++;
    }

    public void Close(string end = "}")
    {
        _indentation--;
        Line(end);
    }

    public void Indent() => _indentation++;

    public void Unindent() => _indentation--;

    public override string ToString() => _text.ToString();

    /// <summary>A number as C# source.</summary>
    public static string Literal(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A number as C# source, exact after reading it back.</summary>
    public static string Literal(double number) =>
        double.IsNaN(number) ? "double.NaN" : number.ToString("R", CultureInfo.InvariantCulture) + "d";

    /// <summary>A text as a C# string literal.</summary>
    public static string Literal(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);
}
