using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>The present rates of an optimizer that was made from groups.</summary>
internal sealed class PresentRates(Optimizer optimizer) : IPresentRates
{
    public (double LearningRate, double? WeightDecay)? RatesOf(string parameter)
    {
        var groups = ((IGroupOptimizer)optimizer).Groups;
        for (var i = 0; i < groups.Count; i++)
            if (groups[i].ParameterNames.Contains(parameter))
                return optimizer.ParamGroups.ElementAt(i) is var group ? (group.LearningRate, OptimizerGroup.WeightDecay(group)) : null;
        return null;
    }
}
