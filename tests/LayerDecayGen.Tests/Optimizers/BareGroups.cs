using TorchSharp.Modules;
using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Groups on bare parameters, so that optimizers are tested without a model.</summary>
internal static class BareGroups
{
    public static GroupSource Group(string name, double learningRate, double weightDecay, params (string Name, Parameter Parameter)[] members) =>
        new(name, [.. members.Select(m => m.Name)], () => [.. members.Select(m => m.Parameter)], learningRate, weightDecay);

    public static GroupSources Of(params GroupSource[] groups) => new(groups, () => { });

    public static GroupOptimizer AdamW(GroupSources sources, Stock.Options defaults, StepOptions? step) => GroupOptimizer.Create(
        OptimizerTable.AdamW,
        sources,
        defaults,
        s => new Stock.Options
        {
            LearningRate = s.LearningRate,
            weight_decay = s.WeightDecay,
            beta1 = defaults.beta1,
            beta2 = defaults.beta2,
            eps = defaults.eps,
            amsgrad = defaults.amsgrad,
            maximize = defaults.maximize,
        },
        step);
}
