using System.Globalization;

namespace LayerDecayGen.References;

/// <summary>How the references read a ViT's parameter names.</summary>
internal static class VitNames
{
    /// <summary>The part of a name behind a prefix; null when it does not start with it.</summary>
    public static string? Below(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    /// <summary>The number behind <c>stack.</c> at the start of a name; null elsewhere.</summary>
    public static int? BlockOf(string name, string stack)
    {
        var segments = name.Split('.');
        return segments.Length > 1 && segments[0] == stack && IsNumber(segments[1], out var index) ? index : null;
    }

    /// <summary>A segment that the reference's code reads as a number, and fails where it is none.</summary>
    public static int Number(string name, int segment)
    {
        var segments = name.Split('.');
        return segments.Length > segment && IsNumber(segments[segment], out var number) ? number : throw new PlanException(
            $"'{name}' is not a number at part {segment + 1} ('{segments.ElementAtOrDefault(segment)}'), where the reference reads one.");
    }

    public static bool IsNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>What stands before the blocks of a model, when the reference's own prefix does not fit.</summary>
    public static string FindPrefix(ModelFacts facts, string expected, Func<string, int?> blockOf)
    {
        if (facts.Parameters.Any(p => Below(expected, p.Name) is { } name && blockOf(name) is not null)) return expected;
        var found = facts.Parameters.Select(p => PrefixOf(p.Name, blockOf)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return found switch
        {
            [] => expected,
            [var only] => only,
            _ => throw new PlanException($"{facts.ModelName} has several stacks of blocks, below '{string.Join("', '", found)}': "
                + "set Prefix to the one that layer decay is for."),
        };
    }

    private static string? PrefixOf(string name, Func<string, int?> blockOf)
    {
        var start = 0;
        do
        {
            if (blockOf(name[start..]) is not null) return name[..start];
            start = name.IndexOf('.', start) + 1;
        }
        while (start > 0);
        return null;
    }
}
