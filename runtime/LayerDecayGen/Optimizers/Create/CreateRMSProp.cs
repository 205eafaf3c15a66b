using Stock = TorchSharp.Modules.RMSProp;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// RMSprop (Hinton's lecture 6e; torch.optim.RMSprop) on LibTorch's fused Adam kernel; with momentum or centred, on its list operators.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="alpha">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="momentum">The factor on the buffer of past updates.</param>
    /// <param name="centered">Whether to divide by the variance instead of the mean of squares (Graves 2013).</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static RMSProp CreateRMSProp(
        this ParameterGroups groups, double learningRate, double alpha = 0.99, double eps = 1e-8, double momentum = 0,
        bool centered = false, bool maximize = false, double? weightDecay = null,
        Action<ParameterGroup, Stock.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(alpha);
        Require.NotNegative(eps);
        Require.NotNegative(momentum);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, alpha = alpha, eps = eps, momentum = momentum, centered = centered, maximize
            = maximize,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new RMSProp(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
