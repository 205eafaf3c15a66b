namespace LayerDecayGen;

/// <summary>How an optimizer's step is to run.</summary>
public sealed record StepOptions
{
    /// <summary>The fastest kernel to use; a slower one is a reference to compare with.</summary>
    public Kernel Kernel { get; init; } = Kernel.Fused;

    /// <summary>
    /// Which parameters this optimizer steps, where several share a model, such as matrices by one and the rest by another; null means all.
    /// <see cref="ParameterGroupsOptimizers.EnsureEachOnce"/> checks that nothing falls between them.
    /// </summary>
    public Func<ParameterFact, bool>? Only { get; init; }

    /// <summary>
    /// Hears, once each, of groups that cannot run on that kernel, or whose flat storage has to be put in order; standard error by default.
    /// </summary>
    public Action<KernelChoice>? OnFallback { get; init; }

    /// <summary>
    /// Whether parameters in float16 or bfloat16 have their state in float32. The update is then worked out in float32 and rounded once,
    /// and the mean of squares of small gradients does not underflow. It takes 4 more bytes a parameter and state tensor.
    /// </summary>
    public bool Float32State { get; init; }

    /// <summary>
    /// Whether the parameters, gradients and state of each group become views of one buffer each, so that one call on one tensor steps
    /// them: for models of many small tensors, where calls take longer than arithmetic. Parameters stay the same objects. Gradients that
    /// are there stay there: <c>optimizer.zero_grad()</c> and <c>TrainingStep</c> set them to zero instead of null, so that a parameter
    /// which had a gradient once and is not used later is decayed. See docs/flat-storage.md.
    /// </summary>
    public bool FlatStorage { get; init; }
}
