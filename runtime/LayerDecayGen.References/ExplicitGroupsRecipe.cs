using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>Parameters by name with the fields that they get: a group as PyTorch writes it.</summary>
/// <param name="Parameters">Registered names.</param>
/// <param name="Fields"><c>lr</c>, <c>lr_scale</c>, <c>weight_decay</c> and further fields of the optimizer, in order.</param>
public sealed record ExplicitGroup(ImmutableArray<string> Parameters, ImmutableArray<KeyValuePair<string, object>> Fields);

/// <summary>
/// Groups that were decided elsewhere, reduced to as few as equal fields allow: facebookresearch/detectron2,
/// <c>detectron2/solver/build.py</c>, <c>reduce_param_groups</c>. A later group overwrites the fields that an earlier one set for the same
/// parameter.
/// </summary>
/// <remarks>Corrected without parity: groups of equal fields merge whatever order the fields were set in.</remarks>
public sealed record ExplicitGroupsRecipe(ImmutableArray<ExplicitGroup> Groups) : IRecipe
{
    /// <summary>Whether groups whose fields were set in another order stay apart, as in the reference.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "explicit groups";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var known = facts.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var order = new List<string>();
        var fields = new Dictionary<string, ImmutableArray<KeyValuePair<string, object>>>(StringComparer.Ordinal);
        foreach (var group in Groups)
        {
            foreach (var name in group.Parameters)
            {
                if (!known.ContainsKey(name)) throw NameList.Unmatched(name, facts, nameof(Groups));
                if (!fields.TryGetValue(name, out var set)) order.Add(name);
                fields[name] = (set.IsDefault ? [] : set).With(group.Fields);
            }
        }

        return new Plan([.. order.Where(n => Parity || !known[n].Frozen).Select(n => Decide(known[n], fields[n]))]) { Parity = Parity };
    }

    private PlannedParameter Decide(ParameterFact fact, ImmutableArray<KeyValuePair<string, object>> fields)
    {
        var where = $"The group of '{fact.Name}'";
        var (rate, scale, decay) = (fields.Number("lr", where), fields.Number("lr_scale", where) ?? 1, fields.Number("weight_decay", where));
        if (rate is { } r) Check.NotNegative(r, $"{where}: lr");
        Check.NotNegative(scale, $"{where}: lr_scale");
        if (decay is { } d) Check.NotNegative(d, $"{where}: weight_decay");
        return fact.Decide(fact.Layer, scale, decay) with
        {
            LearningRate = rate * fact.LearningRateScale,
            Extra = fields.Further(),
            Group = Parity ? fields.Text() : null,
        };
    }
}
