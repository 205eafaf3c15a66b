using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>Makes optimizers out of parameter groups.</summary>
public static partial class ParameterGroupsOptimizers
{
    /// <summary>Makes an optimizer of the user's own.</summary>
    /// <typeparam name="TOptimizer">Its type.</typeparam>
    /// <param name="groups">The groups.</param>
    /// <param name="create">Makes it; what it does with rates and decays of the groups is its own affair.</param>
    /// <param name="beside">Optimizers that step the parameters it leaves out.</param>
    /// <returns>What <paramref name="create"/> made.</returns>
    /// <exception cref="InvalidOperationException">
    /// The model was moved after grouping, or a parameter is held by none of the optimizers or twice.
    /// </exception>
    public static TOptimizer CreateOptimizer<TOptimizer>(
        this ParameterGroups groups, Func<IReadOnlyList<ParameterGroup>, TOptimizer> create, params Optimizer[] beside)
        where TOptimizer : Optimizer
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentNullException.ThrowIfNull(create);
        groups.EnsureBound();
        var optimizer = create(groups);
        groups.EnsureEachOnce([optimizer, .. beside]);
        groups.Use();
        return optimizer;
    }

    /// <summary>Checks that optimizers which share a model hold each parameter of its groups exactly once between them.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="optimizers">All optimizers of the model.</param>
    /// <exception cref="InvalidOperationException">A parameter is held by none of them, or twice.</exception>
    public static void EnsureEachOnce(this ParameterGroups groups, params Optimizer[] optimizers)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var held = optimizers.SelectMany(o => o.parameters()).GroupBy(p => p.Handle).ToDictionary(p => p.Key, p => p.Count());
        var all = groups.SelectMany(g => g.ParameterNames.Zip(g.Parameters)).ToList();
        Refuse(all.Where(p => !held.ContainsKey(p.Second.Handle)), "no optimizer holds");
        Refuse(all.Where(p => held[p.Second.Handle] > 1), "several optimizers, or one twice, hold");
    }

    private static void Refuse(IEnumerable<(string Name, Parameter)> parameters, string what)
    {
        var names = parameters.Select(p => $"'{p.Name}'").ToList();
        if (names.Count > 0) throw new InvalidOperationException($"Of the parameters in the groups, {what} {string.Join(", ", names)}.");
    }

    private static GroupOptimizer Create<TOptions, TState>(
        OptimizerSpec<TOptions, TState> spec, ParameterGroups groups, double learningRate, double? weightDecay,
        Func<double, double, TOptions> options, Action<ParameterGroup, TOptions>? configure, StepOptions? step)
        where TOptions : OptimizerOptions, new() where TState : OptimizerState
    {
        TOptions Configured(GroupSource source)
        {
            var made = options(source.LearningRate, source.WeightDecay);
            configure?.Invoke(source.Origin!, made);
            return made;
        }

        var sources = GroupSources.Of(groups, learningRate, weightDecay, step, spec.WithoutWeightDecay);
        var optimizer = GroupOptimizer.Create(spec, sources, options(learningRate, weightDecay ?? 0), Configured, step);
        groups.Use(optimizer);
        return optimizer;
    }
}
