using S = TorchSharp.Modules;

// Parameters that all of these share are documented once, and inherited.
#pragma warning disable CS1573

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019; torch.optim.AdamW) on LibTorch's fused kernel.</summary>
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
    public static GroupOptimizer CreateAdamW(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool amsgrad = false, bool maximize = false, double? weightDecay = null,
        Action<ParameterGroup, S.AdamW.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        return Create(OptimizerTable.AdamW, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            amsgrad = amsgrad,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>Adam with L2 weight decay (Kingma and Ba 2015; torch.optim.Adam) on LibTorch's fused kernel.</summary>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="amsgrad">Whether to divide by the largest mean of squares so far (Reddi et al. 2018).</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateAdam(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool amsgrad = false, bool maximize = false, double? weightDecay = null,
        Action<ParameterGroup, S.Adam.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        return Create(OptimizerTable.Adam, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            amsgrad = amsgrad,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>SGD with momentum (torch.optim.SGD) on LibTorch's fused kernel. The first buffer of a parameter is its gradient, without dampening.</summary>
    /// <param name="momentum">The factor on the buffer of past gradients.</param>
    /// <param name="dampening">The share of the gradient that the momentum buffer does not take in.</param>
    /// <param name="nesterov">Whether to look ahead; needs momentum and no dampening.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateSGD(
        this ParameterGroups groups, double learningRate, double momentum = 0, double dampening = 0, bool nesterov = false,
        bool maximize = false, double? weightDecay = null, Action<ParameterGroup, S.SGD.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.NotNegative(momentum);
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException("nesterov looks ahead along the momentum: it needs one, and dampening 0.", nameof(nesterov));
        return Create(OptimizerTable.SGD, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            momentum = momentum,
            dampening = dampening,
            nesterov = nesterov,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>RMSprop (Hinton's lecture 6e; torch.optim.RMSprop) on LibTorch's fused Adam kernel; with momentum or centred, on its list operators.</summary>
    /// <param name="alpha">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="momentum">The factor on the buffer of past updates.</param>
    /// <param name="centered">Whether to divide by the variance instead of the mean of squares (Graves 2013).</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateRMSProp(
        this ParameterGroups groups, double learningRate, double alpha = 0.99, double eps = 1e-8, double momentum = 0,
        bool centered = false, bool maximize = false, double? weightDecay = null,
        Action<ParameterGroup, S.RMSProp.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(alpha);
        Require.NotNegative(eps);
        Require.NotNegative(momentum);
        return Create(OptimizerTable.RMSProp, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            alpha = alpha,
            eps = eps,
            momentum = momentum,
            centered = centered,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>Adagrad (Duchi et al. 2011; torch.optim.Adagrad) on LibTorch's fused kernel.</summary>
    /// <param name="learningRateDecay">The rate falls as 1 / (1 + step * this).</param>
    /// <param name="initialAccumulator">What the sum of squares starts from.</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="maximize">Whether to maximize the objective, in every group.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateAdagrad(
        this ParameterGroups groups, double learningRate, double learningRateDecay = 0, double initialAccumulator = 0,
        double eps = 1e-10, bool maximize = false, double? weightDecay = null,
        Action<ParameterGroup, S.Adagrad.Options>? configure = null, StepOptions? step = null)
    {
        Require.NotNegative(learningRateDecay);
        Require.NotNegative(initialAccumulator);
        Require.NotNegative(eps);
        return Create(OptimizerTable.Adagrad(maximize), groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            lr_decay = learningRateDecay,
            initial_accumulator_value = initialAccumulator,
            eps = eps,
        }, configure, step);
    }

    /// <summary>Adadelta (Zeiler 2012; torch.optim.Adadelta) on LibTorch's list operators.</summary>
    /// <param name="rho">The decay of both means of squares, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateAdadelta(
        this ParameterGroups groups, double learningRate, double rho = 0.9, double eps = 1e-6, bool maximize = false,
        double? weightDecay = null, Action<ParameterGroup, S.Adadelta.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(rho);
        Require.NotNegative(eps);
        return Create(OptimizerTable.Adadelta, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            rho = rho,
            eps = eps,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>Adamax (Kingma and Ba 2015, section 7.1; torch.optim.Adamax) on LibTorch's list operators.</summary>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the largest gradient, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="maximize">Whether to maximize the objective, in every group.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateAdamax(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        bool maximize = false, double? weightDecay = null, Action<ParameterGroup, S.Adamax.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        return Create(OptimizerTable.Adamax(maximize), groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
        }, configure, step);
    }

    /// <summary>NAdam (Dozat 2016; torch.optim.NAdam of torch 2) on LibTorch's list operators.</summary>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <param name="momentumDecay">How fast the momentum approaches beta1.</param>
    /// <param name="parity">Whether to reproduce torch 1.13, which takes this step's momentum twice into the product for the next step.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateNAdam(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double momentumDecay = 4e-3, bool parity = false, double? weightDecay = null,
        Action<ParameterGroup, S.NAdam.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        Require.NotNegative(momentumDecay);
        return Create(OptimizerTable.NAdam(parity), groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
            momentum_decay = momentumDecay,
        }, configure, step);
    }

    /// <summary>RAdam (Liu et al. 2020; torch.optim.RAdam) on LibTorch's list operators.</summary>
    /// <param name="beta1">The decay of the mean of gradients, in [0, 1).</param>
    /// <param name="beta2">The decay of the mean of squared gradients, in [0, 1).</param>
    /// <param name="eps">Added to the denominator, 0 or more.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateRAdam(
        this ParameterGroups groups, double learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double? weightDecay = null, Action<ParameterGroup, S.RAdam.Options>? configure = null, StepOptions? step = null)
    {
        Require.Momentum(beta1);
        Require.Momentum(beta2);
        Require.NotNegative(eps);
        return Create(OptimizerTable.RAdam, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            beta1 = beta1,
            beta2 = beta2,
            eps = eps,
        }, configure, step);
    }

    /// <summary>Averaged SGD (Polyak and Juditsky 1992; torch.optim.ASGD) on LibTorch's fused SGD kernel.</summary>
    /// <param name="lambda">The decay term.</param>
    /// <param name="alpha">The power of the rate's fall.</param>
    /// <param name="t0">The step at which averaging starts.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='weightDecay' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateASGD(
        this ParameterGroups groups, double learningRate, double lambda = 1e-4, double alpha = 0.75, double t0 = 1e6,
        bool maximize = false, double? weightDecay = null, Action<ParameterGroup, S.ASGD.Options>? configure = null,
        StepOptions? step = null)
    {
        Require.NotNegative(lambda);
        return Create(OptimizerTable.ASGD, groups, learningRate, weightDecay, (rate, decay) => new()
        {
            LearningRate = rate,
            weight_decay = decay,
            lambd = lambda,
            alpha = alpha,
            t0 = t0,
            maximize = maximize,
        }, configure, step);
    }

    /// <summary>Rprop (Riedmiller and Braun 1993; torch.optim.Rprop) on LibTorch's list operators. It has no weight decay: groups that ask for some are refused.</summary>
    /// <param name="etaMinus">The factor on the step where the gradient turned, in (0, 1).</param>
    /// <param name="etaPlus">The factor on the step where it did not, above 1.</param>
    /// <param name="minStep">The smallest step.</param>
    /// <param name="maxStep">The largest step.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <inheritdoc cref="CreateAdamW" path="/param[@name='groups' or @name='learningRate' or @name='configure' or @name='step']"/>
    /// <inheritdoc cref="CreateAdamW" path="/exception"/>
    public static GroupOptimizer CreateRprop(
        this ParameterGroups groups, double learningRate, double etaMinus = 0.5, double etaPlus = 1.2, double minStep = 1e-6,
        double maxStep = 50, bool maximize = false, Action<ParameterGroup, S.Rprop.Options>? configure = null, StepOptions? step = null)
    {
        Require.NotNegative(minStep);
        Require.NotNegative(maxStep);
        Require.Between(etaMinus, 0, 1);
        if (!(etaPlus > 1)) throw new ArgumentOutOfRangeException(nameof(etaPlus), etaPlus, "Must be above 1.");
        if (minStep > maxStep) throw new ArgumentException($"minStep {minStep} is above maxStep {maxStep}.", nameof(minStep));
        return Create(OptimizerTable.Rprop, groups, learningRate, null, (rate, _) => new()
        {
            LearningRate = rate,
            etaminus = etaMinus,
            etaplus = etaPlus,
            min_step = minStep,
            max_step = maxStep,
            maximize = maximize,
        }, configure, step);
    }
}
