using System.Collections.Immutable;
using System.Globalization;

namespace LayerDecayGen;

/// <summary>Parameters that share every hyper-parameter, before they meet tensors.</summary>
public sealed record PlannedGroup
{
    /// <summary>The group's name, unique in its plan.</summary>
    public required string Name { get; init; }

    /// <summary>The layer; null where the parameters have none or are of several.</summary>
    public int? Layer { get; init; }

    /// <summary>The factor on the base learning rate.</summary>
    public double LearningRateScale { get; init; }

    /// <summary>The learning rate where the recipe states it outright; null means base times scale.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The weight decay; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Further fields of the group.</summary>
    public ImmutableSortedDictionary<string, object> Extra { get; init; } = ImmutableSortedDictionary<string, object>.Empty;

    /// <summary>The parameters in plan order.</summary>
    public required ImmutableArray<PlannedParameter> Parameters { get; init; }

    /// <summary>The learning rate under a base rate.</summary>
    /// <param name="baseLearningRate">The rate of a parameter of scale 1.</param>
    public double EffectiveLearningRate(double baseLearningRate) => LearningRate ?? baseLearningRate * LearningRateScale;

    /// <summary>
    /// Forms the groups of a plan in order of first appearance: parameters of equal hyper-parameters, and of equal name where a recipe
    /// prescribes one. The group of a parameter that is planned alone carries that parameter's name.
    /// </summary>
    /// <param name="plan">The plan.</param>
    public static ImmutableArray<PlannedGroup> Merge(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var keys = new Dictionary<GroupKey, int>();
        var members = new List<List<PlannedParameter>>();
        foreach (var parameter in plan.Parameters)
        {
            var key = GroupKey.Of(parameter, parameter.Alone ? members.Count : -1);
            if (!keys.TryGetValue(key, out var at))
            {
                keys.Add(key, at = members.Count);
                members.Add([]);
            }

            members[at].Add(parameter);
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. members.Select(m => FromMembers(m, taken))];
    }

    private static PlannedGroup FromMembers(List<PlannedParameter> members, HashSet<string> taken)
    {
        var first = members[0];
        var layer = members.TrueForAll(m => m.Layer == first.Layer) ? first.Layer : null;
        var name = first.Alone ? first.Fact.Name : first.Group ?? DefaultName(layer, first.WeightDecay);
        return new PlannedGroup
        {
            Name = Unique(name, taken),
            Layer = layer,
            LearningRateScale = first.LearningRateScale,
            LearningRate = first.LearningRate,
            WeightDecay = first.WeightDecay,
            Extra = first.Extra,
            Parameters = [.. members],
        };
    }

    // The names of BEiT and MAE: layer_3_decay, layer_3_no_decay.
    private static string DefaultName(int? layer, double? weightDecay)
    {
        var decay = weightDecay == 0 ? "no_decay" : "decay";
        return layer is { } l ? string.Create(CultureInfo.InvariantCulture, $"layer_{l}_{decay}") : decay;
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var n = 2; !taken.Add(unique); n++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{n}");
        return unique;
    }

    private readonly record struct GroupKey(string? Name, double Scale, double? Rate, double? Decay, string Extra, int Alone)
    {
        public static GroupKey Of(PlannedParameter p, int alone) =>
            new(alone < 0 ? p.Group : null, p.LearningRateScale, p.LearningRate, p.WeightDecay, Text(p.Extra), alone);

        // Almost all keys differ in scale or decay: hashing the rest costs more than comparing it.
        public override int GetHashCode() => HashCode.Combine(Scale, Decay.GetValueOrDefault(), Name, Alone);

        private static string Text(ImmutableSortedDictionary<string, object> extra) =>
            extra.IsEmpty ? "" : string.Join(';', extra.Select(e => $"{e.Key}={FieldText.Of(e.Value)}"));
    }
}
