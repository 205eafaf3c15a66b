using System.Collections.Immutable;
using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>
/// Turns one key a parameter into few: a key at a module holds for everything below it that has no longer key of its own. A module gets a
/// key only where everything below it has one rate, so that a longer key never corrects a rate, only a weight decay. Under that condition
/// the keys are the fewest: a most parsimonious labelling of the tree of names (Fitch 1971, Hartigan 1973). Text that happens to hit
/// elsewhere is then made good by full names.
/// </summary>
internal static class CustomKeyMinimizer
{
    public static ImmutableArray<CustomKey> Minimize(ImmutableArray<CustomKey> byParameter)
    {
        var root = new Node("");
        foreach (var key in byParameter) root.Add(key);
        root.Prepare();
        var keys = ImmutableArray.CreateBuilder<CustomKey>();
        root.Label(Setting.Default, keys);
        return Repair(keys.ToImmutable(), byParameter);
    }

    // A full name is the longest key that can hit it, so naming a parameter that others win settles it and disturbs at most longer names, which are settled in turn.
    private static ImmutableArray<CustomKey> Repair(ImmutableArray<CustomKey> keys, ImmutableArray<CustomKey> byParameter)
    {
        while (true)
        {
            var matcher = new CustomKeyMatcher(keys);
            var wrong = byParameter.Where(p => Setting.Of(matcher.Find(CustomKeyMatcher.TextOf(p.Key), wholeNumbers: false)) != Setting.Of(p)).ToList();
            if (wrong.Count == 0) return keys;
            keys = keys.AddRange(wrong.Select(p => p with { Key = CustomKeyMatcher.TextOf(p.Key) }));
        }
    }

    /// <summary>What a key sets, compared by its fields.</summary>
    private sealed record Setting(double? RateMultiplier, double? Rate, double? DecayMultiplier, double? Decay, string Extra)
    {
        public static Setting Default { get; } = new(1, null, 1, null, "");

        public Setting WithoutDecay() => this with { DecayMultiplier = null, Decay = null };

        public static Setting Of(CustomKey? key) => key is null ? Default : new(
            key.LearningRate is null ? key.LearningRateMultiplier ?? 1 : null,
            key.LearningRate,
            key.WeightDecay is null ? key.DecayMultiplier ?? 1 : null,
            key.WeightDecay,
            string.Join(';', key.Extra.Select(e => $"{e.Key}={PythonText.JsonValue(e.Value)}")));
    }

    private sealed class Node(string path)
    {
        private readonly List<Node> _children = [];
        private readonly Dictionary<string, Node> _bySegment = new(StringComparer.Ordinal);
        private CustomKey? _parameter;
        private List<Setting> _best = [];
        private Setting? _rate; // the rate of everything below, with its weight decay blanked; null where rates differ

        public void Add(CustomKey parameter)
        {
            var node = this;
            var segments = parameter.Key.Split('.');
            for (var i = 0; i < segments.Length; i++) node = node.Child(segments[i], string.Join('.', segments, 0, i + 1));
            node._parameter = parameter;
        }

        /// <summary>Finds, from the leaves up, the settings that leave the fewest keys below.</summary>
        public void Prepare()
        {
            foreach (var child in _children) child.Prepare();
            var votes = _children.SelectMany(c => c._best).Concat(_parameter is { } own ? [Setting.Of(own)] : []).GroupBy(s => s).ToList();
            var most = votes.Max(v => v.Count());
            _best = [.. votes.Where(v => v.Count() == most).Select(v => v.Key)];
            var rates = _children.Select(c => c._rate).Concat(_parameter is { } parameter ? [Setting.Of(parameter).WithoutDecay()] : []).Distinct().ToList();
            _rate = rates is [var only] ? only : null;
        }

        public void Label(Setting inherited, ImmutableArray<CustomKey>.Builder keys)
        {
            if (path.Length > 0 && _rate is not null && !_best.Contains(inherited))
            {
                inherited = _best[0];
                keys.Add(First(inherited)! with { Key = _children.Count == 0 ? CustomKeyMatcher.TextOf(path) : path + '.' });
            }

            foreach (var child in _children) child.Label(inherited, keys);
        }

        private CustomKey? First(Setting setting) => _parameter is { } own && Setting.Of(own) == setting
            ? own
            : _children.Select(c => c.First(setting)).FirstOrDefault(k => k is not null);

        private Node Child(string segment, string path)
        {
            if (_bySegment.TryGetValue(segment, out var child)) return child;
            _bySegment.Add(segment, child = new Node(path));
            _children.Add(child);
            return child;
        }
    }
}
