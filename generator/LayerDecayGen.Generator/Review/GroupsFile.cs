using System.Text;

namespace LayerDecayGen.Review;

/// <summary>
/// What <c>Model.groups.md</c> says: a rule and one line per section, as plain markdown. Reading it back drops whatever formatting changes.
/// The runtime compiles this file too: one writer and one reader of the table.
/// </summary>
internal sealed class GroupsFile
{
    public const string Extension = ".groups.md";

    /// <summary>How many columns the attributes decide; those behind follow from the depth.</summary>
    public const int Declared = 6;

    /// <summary>The columns of a line.</summary>
    public const int Section = 0, Layer = 1, Names = 2, WeightDecay = 3, Factor = 4, Frozen = 5, Number = 6, Scale = 7;

    private const string RuleStart = "Layer decay ";

    private static readonly string[] s_columns = ["section", "layer", "names", "weight decay", "lr factor", "frozen", "number", "lr scale"];

    public GroupsFile(string title, string rule, IReadOnlyList<string[]> rows) => (Title, Rule, Rows) = (title, rule, rows);

    /// <summary>The model.</summary>
    public string Title { get; }

    /// <summary>The decay in words.</summary>
    public string Rule { get; }

    /// <summary>The cells of each section, <see cref="Declared"/> or all of them.</summary>
    public IReadOnlyList<string[]> Rows { get; }

    /// <summary>The rule of a rate, written invariantly; null where run time gives it.</summary>
    public static string RuleOf(string? rate) => RuleStart + (rate is null ? "is given at run time." : rate + " from layer to layer.");

    /// <summary>Reads a table; lines that belong to none are passed over.</summary>
    public static GroupsFile Parse(string text)
    {
        string title = "", rule = "";
        var rows = new List<string[]>();
        var isHeader = true;
        foreach (var untrimmed in text.Split('\n'))
        {
            var line = untrimmed.Trim().TrimStart('\uFEFF');
            if (line.StartsWith("# ", StringComparison.Ordinal)) title = line.Substring(2).Trim();
            else if (line.StartsWith(RuleStart, StringComparison.Ordinal)) rule = line;
            if (line.Length == 0 || line[0] != '|' || line.Trim('|', '-', ':', ' ', '\t').Length == 0) continue;
            if (!isHeader) rows.Add(Cells(line));
            isHeader = false;
        }

        return new GroupsFile(title, rule, rows);
    }

    /// <summary>A line as it stands in the file.</summary>
    public static string Line(string[] cells)
    {
        var text = new StringBuilder("|");
        foreach (var cell in cells) text.Append(' ').Append(cell.Replace("|", "\\|")).Append(cell.Length == 0 ? "|" : " |");
        return text.ToString();
    }

    /// <summary>The cells in columns of equal width, without the columns that are empty throughout.</summary>
    public IEnumerable<string> Aligned()
    {
        var widths = new int[s_columns.Length];
        foreach (var row in Rows)
            for (var c = 0; c < row.Length; c++)
                if (row[c].Length > 0)
                    widths[c] = Math.Max(Math.Max(widths[c], s_columns[c].Length), row[c].Replace("`", "").Length);
        yield return Pad(s_columns, widths);
        foreach (var row in Rows) yield return Pad(row, widths);
    }

    public override string ToString()
    {
        var columns = Rows.Count == 0 ? Declared : Rows[0].Length;
        var text = new StringBuilder("# ").Append(Title).Append("\n\n").Append(Rule).Append("\n\n");
        text.Append(Line(s_columns.AsSpan(0, columns).ToArray())).Append('\n').Append('|');
        for (var c = 0; c < columns; c++) text.Append(" --- |");
        foreach (var row in Rows) text.Append('\n').Append(Line(row));
        return text.Append('\n').ToString();
    }

    private static string Pad(string[] cells, int[] widths)
    {
        var text = new StringBuilder();
        for (var c = 0; c < cells.Length; c++)
            if (widths[c] > 0)
                text.Append(cells[c].Replace("`", "").PadRight(widths[c] + 2));
        return text.ToString().TrimEnd();
    }

    // Cells stand between bars; a bar with a backslash before it belongs to its cell.
    private static string[] Cells(string line)
    {
        var cells = new List<string>();
        var start = 1;
        for (var i = 1; i <= line.Length; i++)
        {
            if (i < line.Length && (line[i] != '|' || line[i - 1] == '\\')) continue;
            if (i == line.Length && line.Substring(start).Trim().Length == 0) break;
            cells.Add(line.Substring(start, i - start).Trim().Replace("\\|", "|"));
            start = i + 1;
        }

        return [.. cells];
    }
}
