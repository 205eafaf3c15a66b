using Stock = TorchSharp.Modules.Adagrad;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// Adagrad (Duchi et al. 2011; torch.optim.Adagrad) on LibTorch's fused kernel.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="learningRateDecay">The rate falls as 1 / (1 + step * this).</param>
    /// <param name="initialAccumulator">What the sum of squares starts from.</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="maximize">Whether to maximize the objective, in every group.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static Adagrad CreateAdagrad(
        this ParameterGroups groups, double learningRate, double learningRateDecay = 0, double initialAccumulator = 0,
        double eps = 1e-10, bool maximize = false, double? weightDecay = null, Action<ParameterGroup, Stock.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.NotNegative(learningRateDecay);
        Require.NotNegative(initialAccumulator);
        Require.NotNegative(eps);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, lr_decay = learningRateDecay, initial_accumulator_value = initialAccumulator,
            eps = eps,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new Adagrad(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step, maximize);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
