using System.Globalization;
using TorchSharp.Modules;

namespace LayerDecayGen;

/// <summary>A group as the optimizers take it: the tensors, their names and the two numbers that groups differ in.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="ParameterNames">The parameters' names.</param>
/// <param name="Parameters">Reads the parameters as they were last bound.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="WeightDecay">The weight decay.</param>
/// <param name="Origin">The parameter group it stands for; null where there is none.</param>
internal sealed record GroupSource(
    string Name, IReadOnlyList<string> ParameterNames, Func<IReadOnlyList<Parameter>> Parameters, double LearningRate, double WeightDecay,
    ParameterGroup? Origin = null);

/// <summary>The groups an optimizer is made of.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Refresh">Takes the parameters of all groups anew from the model.</param>
internal sealed record GroupSources(IReadOnlyList<GroupSource> Groups, Action Refresh)
{
    /// <summary>Reads parameter groups.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="learningRate">The learning rate of scale 1.</param>
    /// <param name="weightDecay">The weight decay of groups that state none.</param>
    /// <param name="step">How the step is to run, and for which parameters.</param>
    /// <param name="withoutWeightDecay">The name of an optimizer that has no weight decay; null for others.</param>
    public static GroupSources Of(ParameterGroups groups, double learningRate, double? weightDecay, StepOptions? step, string? withoutWeightDecay = null)
    {
        ArgumentNullException.ThrowIfNull(groups);
        groups.EnsureBound();
        Require.NotNegative(learningRate);
        if (groups.Plan.BaseLearningRate is { } stated && stated != learningRate)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"learningRate is {learningRate}, and the options of the groups state {stated} for the last layer: give the same."), nameof(learningRate));
        if (weightDecay is { } own && Require.NotNegative(own, nameof(weightDecay)) >= 0 && groups.All(g => g.WeightDecay is not null))
            throw new ArgumentException("Every group states its weight decay, so weightDecay would be ignored: leave it out, or change the options of the groups.", nameof(weightDecay));
        var chosen = groups.Select(g => step?.ParameterFilter is { } filter ? g.Only(filter) : g).OfType<ParameterGroup>();
        var sources = chosen.Select(group => Of(group, learningRate, weightDecay ?? (withoutWeightDecay is null ? null : 0))).ToList();
        if (sources.Count == 0) throw new ArgumentException("No group has a parameter for this optimizer.", nameof(groups));
        if (withoutWeightDecay is not null && sources.Find(g => g.WeightDecay != 0) is { } decayed)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{withoutWeightDecay} has no weight decay and group '{decayed.Name}' asks for {decayed.WeightDecay}; set WeightDecay = 0 for the groups."));
        return new(sources, groups.Rebind);
    }

    private static GroupSource Of(ParameterGroup group, double learningRate, double? weightDecay)
    {
        var decay = group.WeightDecay ?? weightDecay ?? throw new ArgumentException(
            $"Group '{group.Name}' states no weight decay and none was given. Pass weightDecay, or set it in the options of the groups.",
            nameof(weightDecay));
        return new(
            group.Name, group.ParameterNames, () => group.Parameters,
            Require.NotNegative(group.LearningRate(learningRate), $"the learning rate of group '{group.Name}'"),
            Require.NotNegative(decay, $"the weight decay of group '{group.Name}'"), group);
    }
}
