using LayerDecayGen.Optimizers;
using TorchSharp.Modules;
using Stock = TorchSharp.Modules;

namespace LayerDecayGen;

/// <summary>Makes optimizers out of parameter groups.</summary>
public static class ParameterGroupsOptimizers
{
    /// <summary>
    /// AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019; PyTorch's <c>torch.optim.AdamW</c>) on LibTorch's
    /// fused kernel.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate and weight decay.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">What keeps the denominator from zero.</param>
    /// <param name="weightDecay">The weight decay of groups that state none; required where there is such a group, so that none is
    /// defaulted unseen.</param>
    /// <param name="amsgrad">Whether to divide by the largest mean of squares so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Whether to climb.</param>
    /// <param name="kernel">The fastest kernel to use: a slower one is a reference to compare with.</param>
    /// <param name="onFallback">Hears, once, of a group that cannot run on that kernel; standard error by default.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has no weight decay and none was given.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static Optimizers.AdamW CreateAdamW(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double? weightDecay = null,
        bool amsgrad = false, bool maximize = false, Kernel kernel = Kernel.Fused, Action<KernelChoice>? onFallback = null)
    {
        var options = new Stock.AdamW.Options
        {
            LearningRate = learningRate, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weightDecay ?? 0, amsgrad = amsgrad, maximize = maximize,
        };
        var optimizer = OptimizerFactory.AdamW(GroupSources.Of(groups, learningRate, weightDecay), options, new(kernel, onFallback));
        groups.Use();
        return optimizer;
    }
}
