using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

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

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Evaluates the model again and returns the loss; optional.</param>
    /// <returns>The closure's loss; null without one.</returns>
    /// <exception cref="InvalidOperationException">A parameter was moved, or a gradient does not fit it. Nothing has been
    /// changed.</exception>
    Tensor? step(Func<Tensor>? closure = null);
}
