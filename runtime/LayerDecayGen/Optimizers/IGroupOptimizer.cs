namespace LayerDecayGen.Optimizers;

/// <summary>What the optimizers made from parameter groups have beside TorchSharp's <c>Optimizer</c>.</summary>
public interface IGroupOptimizer
{
    /// <summary>
    /// What each group's step runs on. A choice is made when the group is first bound, so before the first step this is what it will be.
    /// </summary>
    IReadOnlyList<KernelChoice> Kernels { get; }

    /// <summary>
    /// Takes the model's parameters anew after it was moved to another device or dtype, with the same groups, options and state; the state
    /// moves along.
    /// </summary>
    void Rebind();
}
