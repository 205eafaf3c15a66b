using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>One entry of an mmengine <c>custom_keys</c> dictionary: what parameters get whose name contains <see cref="Key"/>.</summary>
/// <param name="Key">The text looked for in names, for example <c>backbone.layer1</c> or <c>.cls_token</c>.</param>
public sealed record CustomKey(string Key)
{
    /// <summary>The factor on the base learning rate (<c>lr_mult</c>); null means 1.</summary>
    public double? LearningRateMultiplier { get; init; }

    /// <summary>The factor on the base weight decay (<c>decay_mult</c>); null means 1.</summary>
    public double? DecayMultiplier { get; init; }

    /// <summary>A learning rate stated outright (<c>lr</c>), which replaces base times factor.</summary>
    public double? LearningRate { get; init; }

    /// <summary>A weight decay stated outright (<c>weight_decay</c>), which replaces base times factor.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Any further entries; they are carried into the group.</summary>
    public ImmutableSortedDictionary<string, object> Extra { get; init; } = ImmutableSortedDictionary<string, object>.Empty;

    /// <summary>The entries as the reference copies them into a group.</summary>
    internal ImmutableSortedDictionary<string, object> Entries(bool withDecayMultiplier)
    {
        var entries = Extra;
        if (LearningRateMultiplier is { } lr) entries = entries.SetItem("lr_mult", lr);
        return withDecayMultiplier && DecayMultiplier is { } decay ? entries.SetItem("decay_mult", decay) : entries;
    }
}
