using System.Text;

namespace LayerDecayGen.Training;

/// <summary>Text of others in a message: cut, and without characters that a terminal would obey.</summary>
internal static class Shown
{
    private const int MaxLength = 200;

    public static string Text(string text)
    {
        var shown = new StringBuilder(Math.Min(text.Length, MaxLength) + 3);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxLength)))
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return text.Length > MaxLength ? shown.Append("...").ToString() : shown.ToString();
    }

    public static string Shape(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
