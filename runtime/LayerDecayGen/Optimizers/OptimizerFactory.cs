using TorchSharp.Modules;
using Stock = TorchSharp.Modules;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// Turns group sources into TorchSharp's groups. Options are given whole to every group: the constructors that take single numbers fill
/// the others from their own defaults instead of the optimizer's.
/// </summary>
internal static class OptimizerFactory
{
    public static AdamW AdamW(GroupSources sources, Stock.AdamW.Options defaults, StepOptions step)
    {
        Check.NotNegative(defaults.LearningRate!.Value, "learning rate");
        Check.Fraction(defaults.beta1!.Value, "beta1");
        Check.Fraction(defaults.beta2!.Value, "beta2");
        Check.NotNegative(defaults.eps!.Value, "eps");
        var groups = sources.Groups.Select(s => new Stock.AdamW.ParamGroup([.. s.Parameters()], new Stock.AdamW.Options
        {
            LearningRate = s.LearningRate, weight_decay = s.WeightDecay, beta1 = defaults.beta1, beta2 = defaults.beta2, eps = defaults.eps,
            amsgrad = defaults.amsgrad, maximize = defaults.maximize,
        }));
        return new AdamW(sources, groups.ToList(), defaults, step);
    }
}
