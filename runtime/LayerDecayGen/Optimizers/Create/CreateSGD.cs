using Stock = TorchSharp.Modules.SGD;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// SGD with momentum (torch.optim.SGD) on LibTorch's fused kernel. The first buffer of a parameter is its gradient, without dampening.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="momentum">The factor on the buffer of past gradients.</param>
    /// <param name="dampening">The share of the gradient that the momentum buffer does not take in.</param>
    /// <param name="nesterov">Whether to look ahead; needs momentum and no dampening.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="weightDecay">
    /// The weight decay of groups that state none; required where there is such a group, so that none is defaulted unseen.
    /// </param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static SGD CreateSGD(
        this ParameterGroups groups, double learningRate, double momentum = 0, double dampening = 0, bool nesterov = false,
        bool maximize = false, double? weightDecay = null, Action<ParameterGroup, Stock.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.NotNegative(momentum);
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException("nesterov looks ahead along the momentum: it needs one, and dampening 0.", nameof(nesterov));
        Stock.Options Options(double rate, double decay) => new()
        {
            LearningRate = rate, weight_decay = decay, momentum = momentum, dampening = dampening, nesterov = nesterov, maximize = maximize,
        };
        var sources = GroupSources.Of(groups, learningRate, weightDecay, step);
        var optimizer = new SGD(
            sources, Options(learningRate, weightDecay ?? 0), s => Configured(s, Options(s.LearningRate, s.WeightDecay), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
