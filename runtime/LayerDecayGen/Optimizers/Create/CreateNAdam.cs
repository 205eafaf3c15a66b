using Stock = TorchSharp.Modules.NAdam;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// NAdam (Dozat 2016; torch.optim.NAdam of torch 2) on LibTorch's list operators.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="momentumDecay">How fast the momentum approaches beta1.</param>
    /// <param name="parity">Whether to reproduce torch 1.13, which takes this step's momentum twice into the next step's product.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static NAdam CreateNAdam(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double momentumDecay = 4e-3, bool parity = false, double? weightDecay = null,
        Action<ParameterGroup, Stock.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        Require.NotNegative(momentumDecay);
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, beta1 = beta1, beta2 = beta2, eps = eps, momentum_decay = momentumDecay,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new NAdam(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step, parity);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
