using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019; torch.optim.AdamW) on LibTorch's fused kernel.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="amsgrad">Whether to divide by the largest mean of squares so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static AdamW CreateAdamW(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool amsgrad = false, bool maximize = false, double? weightDecay = null, Action<ParameterGroup, Stock.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, beta1 = beta1, beta2 = beta2, eps = eps, amsgrad = amsgrad, maximize = maximize,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new AdamW(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
