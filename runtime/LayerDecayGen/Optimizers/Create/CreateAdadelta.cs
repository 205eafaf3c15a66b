using Stock = TorchSharp.Modules.Adadelta;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// Adadelta (Zeiler 2012; torch.optim.Adadelta) on LibTorch's list operators.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="rho">The decay of both means of squares, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static Adadelta CreateAdadelta(
        this ParameterGroups groups, double learningRate, double rho = 0.9, double eps = 1e-6, bool maximize = false,
        double? weightDecay = null, Action<ParameterGroup, Stock.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(rho);
        Require.NotNegative(eps);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, rho = rho, eps = eps, maximize = maximize,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new Adadelta(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
