using System.Collections.Immutable;
using TorchSharp.Modules;

namespace LayerDecayGen;

/// <summary>Parameters of a live model that share every hyper-parameter.</summary>
public sealed class ParameterGroup
{
    private readonly PlannedGroup _plan;

    internal ParameterGroup(PlannedGroup plan, ImmutableArray<string> names, Parameter[] parameters)
    {
        _plan = plan;
        ParameterNames = names;
        Parameters = parameters;
    }

    /// <summary>The group's name, unique among the groups of a model.</summary>
    public string Name => _plan.Name;

    /// <summary>The layer, from 0 (the stem); null where the parameters are of several.</summary>
    public int? Layer => _plan.Layer;

    /// <summary>The factor on the base learning rate.</summary>
    public double LearningRateScale => _plan.LearningRateScale;

    /// <summary>The weight decay; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay => _plan.WeightDecay;

    /// <summary>Further fields that a recipe carries into the group.</summary>
    public IReadOnlyDictionary<string, object> Extra => _plan.Extra;

    /// <summary>The registered names, in the order of <see cref="Parameters"/>.</summary>
    public ImmutableArray<string> ParameterNames { get; }

    /// <summary>The registered parameters themselves: a materialised array, never a query.</summary>
    public IReadOnlyList<Parameter> Parameters { get; private set; }

    /// <summary>The learning rate under a base rate.</summary>
    /// <param name="baseLearningRate">The rate of a parameter of scale 1.</param>
    public double LearningRate(double baseLearningRate) => _plan.EffectiveLearningRate(baseLearningRate);

    internal void Bind(Parameter[] parameters) => Parameters = parameters;
}
