using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// mmengine's rule for <c>custom_keys</c>: the longest key that is a substring of a name wins, ties go by alphabet. Without parity a number
/// at the edge of a key is a whole number, so that <c>blocks.1</c> leaves <c>blocks.10</c> alone.
/// </summary>
public sealed class CustomKeyMatcher
{
    private readonly ImmutableArray<CustomKey> _longestFirst;

    /// <summary>Sorts keys by the rule.</summary>
    /// <param name="keys">The dictionary's entries.</param>
    /// <exception cref="PlanException">A key stands twice.</exception>
    public CustomKeyMatcher(ImmutableArray<CustomKey> keys)
    {
        var twice = keys.GroupBy(k => k.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new PlanException($"custom_keys has '{twice.Key}' twice: leave one of them.");
        _longestFirst = [.. keys.OrderByDescending(k => k.Key.Length).ThenBy(k => k.Key, StringComparer.Ordinal)];
    }

    /// <summary>The text of a parameter that mmengine searches: a top-level name has a dot in front.</summary>
    /// <param name="name">The registered name.</param>
    public static string TextOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Contains('.', StringComparison.Ordinal) ? name : "." + name;
    }

    /// <summary>The key that wins for a text; null where none hits.</summary>
    /// <param name="text">What <see cref="TextOf"/> gives.</param>
    /// <param name="wholeNumbers">Whether a number at the edge of a key must be a whole number.</param>
    public CustomKey? Find(string text, bool wholeNumbers)
    {
        foreach (var key in _longestFirst)
        {
            if (Hits(key.Key, text, wholeNumbers)) return key;
        }

        return null;
    }

    /// <summary>Whether a key is found in a text.</summary>
    /// <param name="key">The key.</param>
    /// <param name="text">What <see cref="TextOf"/> gives.</param>
    /// <param name="wholeNumbers">Whether a number at the edge of a key must be a whole number.</param>
    public static bool Hits(string key, string text, bool wholeNumbers)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(text);
        if (!wholeNumbers || key.Length == 0) return text.Contains(key, StringComparison.Ordinal);
        for (var at = text.IndexOf(key, StringComparison.Ordinal); at >= 0; at = text.IndexOf(key, at + 1, StringComparison.Ordinal))
        {
            var end = at + key.Length;
            var cutsBefore = at > 0 && char.IsAsciiDigit(key[0]) && char.IsAsciiDigit(text[at - 1]);
            var cutsBehind = end < text.Length && char.IsAsciiDigit(key[^1]) && char.IsAsciiDigit(text[end]);
            if (!cutsBefore && !cutsBehind) return true;
        }

        return false;
    }

    internal static void RefuseDuplicates(ImmutableArray<CustomKey> keys) => _ = new CustomKeyMatcher(keys);

    /// <summary>
    /// A plan whose keys hold: numbers in range, and each hits something. A key that only exempts from weight decay is an entry of a
    /// list and may name what this model lacks, which is a warning.
    /// </summary>
    internal static Plan Checked(Plan plan, string recipe, ImmutableArray<CustomKey> keys, ModelFacts facts)
    {
        RefuseDuplicates(keys);
        foreach (var key in keys)
        {
            CheckNumber(key.LearningRateMultiplier, key.Key, "lr_mult");
            CheckNumber(key.DecayMultiplier, key.Key, "decay_mult");
            CheckNumber(key.LearningRate, key.Key, "lr");
            CheckNumber(key.WeightDecay, key.Key, "weight_decay");
            if (key.Key.Length == 0) throw new PlanException("custom_keys has an empty key, which hits every parameter: name what it is for.");
        }

        var exempting = keys.ToLookup(k => k is { DecayMultiplier: 0, LearningRateMultiplier: null or 1, LearningRate: null, WeightDecay: null });
        NameList.EnsureEachMatches(exempting[false].Select(k => k.Key), facts, "custom_keys", HitsName);
        return plan.WithUnmatched(recipe, exempting[true].Select(k => k.Key), facts, "custom_keys", HitsName);
    }

    private static bool HitsName(string key, string name) => Hits(key, "." + name, wholeNumbers: true);

    private static void CheckNumber(double? value, string key, string field)
    {
        if (value is { } number) Require.NotNegative(number, $"custom_keys['{key}'].{field}");
    }
}
