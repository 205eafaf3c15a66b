using System.Collections.Immutable;
using TorchSharp.Modules;

namespace LayerDecayGen;

/// <summary>Parameters that share every hyper-parameter.</summary>
public sealed class ParameterGroup
{
    private LiveModel? _boundTo;
    private Parameter[] _bound = [];

    internal ParameterGroup(string name, int? layer, ImmutableArray<PlannedParameter> planned)
    {
        (Name, Layer, Planned) = (name, layer, planned);
        ParameterNames = [.. planned.Select(p => p.Fact.Name)];
    }

    /// <summary>The groups of the model that it belongs to; null for a group that was made from a plan without a model.</summary>
    public ParameterGroups? Owner { get; private set; }

    /// <summary>The group's name, unique among the groups of a model.</summary>
    public string Name { get; }

    /// <summary>The layer, from 0 (the stem); null where the parameters have none or are of several.</summary>
    public int? Layer { get; }

    /// <summary>What was decided for each parameter, in plan order.</summary>
    public ImmutableArray<PlannedParameter> Planned { get; }

    /// <summary>The registered names, in the order of <see cref="Parameters"/>.</summary>
    public ImmutableArray<string> ParameterNames { get; }

    /// <summary>The factor on the base learning rate.</summary>
    public double LearningRateScale => Planned[0].LearningRateScale;

    /// <summary>The weight decay; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay => Planned[0].WeightDecay;

    /// <summary>Further fields that a recipe carries into the group.</summary>
    public ImmutableSortedDictionary<string, object> Extra => Planned[0].Extra;

    /// <summary>The registered parameters themselves: a materialised array, never a query.</summary>
    /// <exception cref="InvalidOperationException">The group was made from a plan alone, without a model.</exception>
    public IReadOnlyList<Parameter> Parameters
    {
        get
        {
            var live = Owner?.Live ?? throw new InvalidOperationException($"Group '{Name}' was made from a plan without a model: it has names and no tensors.");
            if (!ReferenceEquals(live, _boundTo)) (_bound, _boundTo) = ([.. ParameterNames.Select(n => live[n])], live);
            return _bound;
        }
    }

    /// <summary>The learning rate under a base rate.</summary>
    /// <param name="baseLearningRate">The rate of a parameter of scale 1.</param>
    public double LearningRate(double baseLearningRate) => Planned[0].LearningRate ?? baseLearningRate * LearningRateScale;

    /// <summary>
    /// The groups of a plan in order of first appearance, without tensors: parameters of one layer that have equal hyper-parameters; of
    /// several layers where the plan merges across layers or prescribes the group's name.
    /// </summary>
    /// <param name="plan">The plan.</param>
    public static ImmutableArray<ParameterGroup> FromPlan(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return GroupMerge.Of(plan);
    }

    internal ParameterGroup BoundTo(ParameterGroups owner)
    {
        Owner = owner;
        return this;
    }

    /// <summary>The same group with some of its parameters; null where none is left.</summary>
    internal ParameterGroup? Only(Func<ParameterFact, bool> filter)
    {
        ImmutableArray<PlannedParameter> left = [.. Planned.Where(p => filter(p.Fact))];
        return left.Length == Planned.Length ? this : left.IsEmpty ? null : new ParameterGroup(Name, Layer, left) { Owner = Owner };
    }
}
