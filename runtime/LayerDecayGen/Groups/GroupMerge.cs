using System.Collections.Immutable;
using System.Globalization;

namespace LayerDecayGen;

/// <summary>Forms groups: which planned parameters share one, and its name.</summary>
internal static class GroupMerge
{
    public static ImmutableArray<ParameterGroup> Of(Plan plan)
    {
        var keys = new Dictionary<Key, int>();
        var members = new List<ImmutableArray<PlannedParameter>.Builder>();
        foreach (var parameter in plan.Parameters)
        {
            var key = Key.Of(parameter, parameter.Alone ? members.Count : -1, plan.MergeAcrossLayers);
            if (!keys.TryGetValue(key, out var at))
            {
                keys.Add(key, at = members.Count);
                members.Add(ImmutableArray.CreateBuilder<PlannedParameter>());
            }

            members[at].Add(parameter);
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. members.Select(m => Group(m.ToImmutable(), taken))];
    }

    private static ParameterGroup Group(ImmutableArray<PlannedParameter> members, HashSet<string> taken)
    {
        var first = members[0];
        var layer = members.All(m => m.Layer == first.Layer) ? first.Layer : null;
        var name = first.Alone ? first.Fact.Name : first.Group ?? DefaultName(layer, first.WeightDecay);
        return new ParameterGroup(Unique(name, taken), layer, members);
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

    // A name that a recipe prescribes joins layers; a group of one parameter joins nothing.
    private readonly record struct Key(string? Name, int? Layer, double Scale, double? Rate, double? Decay, string Extra, int Alone)
    {
        public static Key Of(PlannedParameter p, int alone, bool acrossLayers) => new(
            alone < 0 ? p.Group : null, acrossLayers || p.Group is not null ? null : p.Layer, p.LearningRateScale, p.LearningRate, p.WeightDecay,
            Text(p.Extra), alone);

        // Almost all keys differ in layer or decay: hashing the rest costs more than comparing it.
        public override int GetHashCode() => HashCode.Combine(Layer, Scale, Decay.GetValueOrDefault(), Name, Alone);

        private static string Text(ImmutableSortedDictionary<string, object> extra) =>
            extra.IsEmpty ? "" : string.Join(';', extra.Select(e => $"{e.Key}={FieldText.Of(e.Value)}"));
    }
}
