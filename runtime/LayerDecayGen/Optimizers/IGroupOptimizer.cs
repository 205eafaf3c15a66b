using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>What the optimizers made from parameter groups have beside TorchSharp's <c>Optimizer</c>.</summary>
public interface IGroupOptimizer
{
    /// <summary>What each group's step runs on.</summary>
    IReadOnlyList<KernelChoice> Kernels { get; }

    /// <summary>
    /// A number that says, when it is not zero, that gradients overflowed: the step then changes neither parameters nor state nor step
    /// counts. Null, as at first, asks nothing. It is read on the host at every step.
    /// </summary>
    Tensor? FoundInfinity { get; set; }

    /// <summary>
    /// Takes the model's parameters anew after it was moved to another device or dtype, with the same groups, options and state; the state
    /// moves along.
    /// </summary>
    void Rebind();

    /// <summary>
    /// Whether gradients are in <see cref="StepOptions.FlatStorage"/>: they stay there, and <see cref="zero_grad"/> is what to call between
    /// steps.
    /// </summary>
    bool HasFlatStorage { get; }

    /// <summary>
    /// The gradients of each group in <see cref="StepOptions.FlatStorage"/>, for what takes all of them at once, such as clipping: one
    /// one-dimensional tensor for each dtype and device of a group, with zeros where there is no gradient. They are checked here and not
    /// again by the next step, so nothing may give parameters other gradients in between.
    /// </summary>
    /// <returns>The tensors of each group, not to be disposed; null without flat storage.</returns>
    /// <exception cref="InvalidOperationException">A parameter was moved, or a gradient does not fit it.</exception>
    IReadOnlyList<Tensor[]>? TakeFlatGradients();

    /// <summary>
    /// Sets gradients to zero. In flat storage that is one call, and a parameter that never had a gradient goes on having none.
    /// </summary>
    void zero_grad();

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Evaluates the model again and returns the loss; optional.</param>
    /// <returns>The closure's loss; null without one.</returns>
    /// <exception cref="InvalidOperationException">A parameter was moved, or a gradient does not fit it. Nothing has been
    /// changed.</exception>
    Tensor? step(Func<Tensor>? closure = null);
}
