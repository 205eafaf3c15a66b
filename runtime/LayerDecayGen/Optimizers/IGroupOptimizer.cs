using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// What the optimizers made from parameter groups have beside TorchSharp's <c>Optimizer</c>. An optimizer is for one thread: TorchSharp's
/// modules and optimizers are not synchronised.
/// </summary>
public interface IGroupOptimizer
{
    /// <summary>
    /// The groups that it was made from, with the parameters that it steps, in its order. Groups added later with <c>add_param_group</c> are
    /// not among them.
    /// </summary>
    IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>What each group's step runs on.</summary>
    IReadOnlyList<KernelChoice> Kernels { get; }

    /// <summary>
    /// A factor per group that the next step multiplies half-precision gradients by, in float32: what is left of unscaling and clipping.
    /// Null, and after each step, 1.
    /// </summary>
    IReadOnlyList<double>? HalfGradientFactors { get; set; }

    /// <summary>
    /// The float32 masters of half-precision parameters by parameter name, one dictionary per group; empty for a group without.
    /// </summary>
    IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Masters { get; }

    /// <summary>
    /// Takes the model's parameters anew after it was moved to another device or dtype, with the same groups, options and state; the state
    /// moves along.
    /// </summary>
    void Rebind();

    /// <summary>Sets the gradients of all parameters to zero; a parameter without a gradient goes on having none.</summary>
    /// <exception cref="InvalidOperationException">A parameter was moved or disposed.</exception>
    void zero_grad();

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Evaluates the model again and returns the loss; optional.</param>
    /// <returns>The closure's loss; null without one.</returns>
    /// <exception cref="InvalidOperationException">A parameter was moved, or a gradient does not fit it. Nothing has been
    /// changed.</exception>
    Tensor? step(Func<Tensor>? closure = null);
}
