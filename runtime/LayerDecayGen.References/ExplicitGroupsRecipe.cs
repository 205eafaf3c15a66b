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
/// <remarks>In the reference groups merge only where their fields were set in one order, and frozen parameters stay in.</remarks>
public sealed record ExplicitGroupsRecipe(ImmutableArray<ExplicitGroup> Groups) : ReferenceRecipe
{
    /// <inheritdoc/>
    public override string Name => "explicit groups";

    internal override Plan Literal(ModelFacts facts) => Planned(facts, fields => fields.Text());

    internal override Plan Corrected(ModelFacts facts) => Planned(facts, _ => null).WithoutFrozen();

    private Plan Planned(ModelFacts facts, Func<ImmutableArray<KeyValuePair<string, object>>, string?> group)
    {
        var known = facts.Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var order = new List<string>();
        var fields = new Dictionary<string, ImmutableArray<KeyValuePair<string, object>>>(StringComparer.Ordinal);
        foreach (var (name, own) in Groups.SelectMany(g => g.Parameters.Select(name => (name, g.Fields))))
        {
            if (!known.ContainsKey(name)) throw NameList.Unmatched(name, facts, nameof(Groups));
            if (!fields.TryGetValue(name, out var set)) order.Add(name);
            fields[name] = (set.IsDefault ? [] : set).With(own);
        }

        return order.Select(n => Decide(known[n], fields[n], group(fields[n]))).ToPlan();
    }

    private static PlannedParameter Decide(ParameterFact fact, ImmutableArray<KeyValuePair<string, object>> fields, string? group)
    {
        var where = $"The group of '{fact.Name}'";
        var (rate, scale, decay) = (fields.Number("lr", where), fields.Number("lr_scale", where) ?? 1, fields.Number("weight_decay", where));
        if (rate is { } r) Require.NotNegative(r, $"{where}: lr");
        Require.NotNegative(scale, $"{where}: lr_scale");
        if (decay is { } d) Require.NotNegative(d, $"{where}: weight_decay");
        return fact.Decide(fact.Layer, scale, decay) with
        {
            LearningRate = rate * fact.LearningRateScale,
            Extra = fields.Further(),
            Group = group,
        };
    }
}
