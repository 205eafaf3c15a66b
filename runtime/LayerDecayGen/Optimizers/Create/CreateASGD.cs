using Stock = TorchSharp.Modules.ASGD;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// Averaged SGD (Polyak and Juditsky 1992; torch.optim.ASGD) on LibTorch's fused SGD kernel.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="lambda">The decay term.</param>
    /// <param name="alpha">The power of the rate's fall.</param>
    /// <param name="t0">The step at which averaging starts.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static ASGD CreateASGD(
        this ParameterGroups groups, double learningRate, double lambda = 1e-4, double alpha = 0.75, double t0 = 1e6,
        bool maximize = false, double? weightDecay = null, Action<ParameterGroup, Stock.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.NotNegative(lambda);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, lambd = lambda, alpha = alpha, t0 = t0, maximize = maximize,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new ASGD(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
