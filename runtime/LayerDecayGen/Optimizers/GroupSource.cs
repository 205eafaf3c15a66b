using TorchSharp.Modules;

namespace LayerDecayGen.Optimizers;

/// <summary>A group as the optimizers take it: the tensors, their names and the two numbers that groups differ in.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="ParameterNames">The parameters' names.</param>
/// <param name="Parameters">Reads the parameters as they were last bound.</param>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="WeightDecay">The weight decay.</param>
internal sealed record GroupSource(
    string Name, IReadOnlyList<string> ParameterNames, Func<IReadOnlyList<Parameter>> Parameters, double LearningRate, double WeightDecay);

/// <summary>The groups an optimizer is made of.</summary>
/// <param name="Groups">The groups.</param>
/// <param name="Refresh">Takes the parameters of all groups anew from the model.</param>
internal sealed record GroupSources(IReadOnlyList<GroupSource> Groups, Action Refresh)
{
    /// <summary>Reads parameter groups.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="learningRate">The learning rate of scale 1.</param>
    /// <param name="weightDecay">The weight decay of groups that state none.</param>
    public static GroupSources Of(ParameterGroups groups, double learningRate, double? weightDecay)
    {
        ArgumentNullException.ThrowIfNull(groups);
        groups.EnsureBound();
        Check.NotNegative(learningRate, "learning rate");
        if (groups.Count == 0) throw new ArgumentException("There is no group, so there is nothing to optimize.", nameof(groups));
        return new([.. groups.Select(group => Of(group, learningRate, weightDecay))], groups.Rebind);
    }

    private static GroupSource Of(ParameterGroup group, double learningRate, double? weightDecay)
    {
        var decay = group.WeightDecay ?? weightDecay ?? throw new ArgumentException(
            $"Group '{group.Name}' states no weight decay and none was given. Pass weightDecay, or set it in the options of the groups.", nameof(weightDecay));
        return new(
            group.Name, group.ParameterNames, () => group.Parameters,
            Check.NotNegative(group.LearningRate(learningRate), $"learning rate of group '{group.Name}'"),
            Check.NotNegative(decay, $"weight decay of group '{group.Name}'"));
    }
}
