namespace LayerDecayGen.Interop;

/// <summary>Numbers of an export, checked before anything is written.</summary>
internal static class Numbers
{
    public static void CheckPositive(double value, string option)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new PlanException(FormattableString.Invariant($"{option} is {value}: it must be a finite number above 0."));
    }

    public static void CheckNotNegative(double value, string option)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new PlanException(FormattableString.Invariant($"{option} is {value}: it must be a finite number, 0 or above."));
    }
}

/// <summary>Names as the other side knows them.</summary>
internal static class Prefixes
{
    /// <summary>A model whose names start with the prefix, some of them, has it already.</summary>
    public static string Add(string prefix, string name, ModelFacts facts) =>
        prefix.Length == 0 || facts.Parameters.Any(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)) ? name : prefix + name;
}
