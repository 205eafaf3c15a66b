using Stock = TorchSharp.Modules.Rprop;

namespace LayerDecayGen;

public static partial class ParameterGroupsOptimizers
{
    /// <summary>
    /// Rprop (Riedmiller and Braun 1993; torch.optim.Rprop) on LibTorch's list operators. It has no weight decay.
    /// </summary>
    /// <param name="groups">The groups: each gives its own learning rate.</param>
    /// <param name="learningRate">The learning rate of a parameter of scale 1.</param>
    /// <param name="etaMinus">The factor on the step where the gradient turned, in (0, 1).</param>
    /// <param name="etaPlus">The factor on the step where it did not, above 1.</param>
    /// <param name="minStep">The smallest step.</param>
    /// <param name="maxStep">The largest step.</param>
    /// <param name="maximize">Whether to maximize the objective.</param>
    /// <param name="configure">Changes the options of single groups.</param>
    /// <param name="step">How the step is to run.</param>
    /// <exception cref="ArgumentException">A number is out of its range, or a group has weight decay.</exception>
    /// <exception cref="InvalidOperationException">The model was moved after grouping.</exception>
    public static Rprop CreateRprop(
        this ParameterGroups groups, double learningRate, double etaMinus = 0.5, double etaPlus = 1.2, double minStep = 1e-6,
        double maxStep = 50, bool maximize = false, Action<ParameterGroup, Stock.Options>? configure = null, StepOptions? step = null)
    {
        Require.NotNegative(minStep);
        Require.NotNegative(maxStep);
        Require.Between(etaMinus, 0, 1);
        if (!(etaPlus > 1)) throw new ArgumentException($"The etaPlus is {etaPlus}; it has to be above 1.", nameof(etaPlus));
        if (minStep > maxStep) throw new ArgumentException($"minStep {minStep} is above maxStep {maxStep}.", nameof(minStep));
        Stock.Options Options(double rate) => new()
        {
            LearningRate = rate, etaminus = etaMinus, etaplus = etaPlus, min_step = minStep, max_step = maxStep, maximize = maximize,
        };
        var sources = GroupSources.WithoutDecay(groups, learningRate, "Rprop", step);
        var optimizer = new Rprop(
            sources, Options(learningRate), s => Configured(s, Options(s.LearningRate), configure), step);
        groups.Use(new PresentRates(optimizer));
        return optimizer;
    }
}
