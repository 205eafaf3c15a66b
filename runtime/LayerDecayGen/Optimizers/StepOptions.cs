namespace LayerDecayGen;

/// <summary>How half-precision parameters are stepped.</summary>
public enum StepPrecision
{
    /// <summary>
    /// Float16 and bfloat16 parameters have a float32 master copy and float32 state: the step is worked out there and rounded into the
    /// parameter. Steps below half a unit in the last place of the parameter add up instead of being lost. It takes 4 bytes per parameter
    /// for the master and 4 per state tensor, where torch takes 2.
    /// </summary>
    Float32Masters,

    /// <summary>As torch does it: state and arithmetic in the parameter's dtype. Small steps are rounded away.</summary>
    AsTorch,
}

/// <summary>How an optimizer's step is to run.</summary>
public sealed record StepOptions
{
    /// <summary>The fastest backend to use; a slower one is a reference to compare with.</summary>
    public StepBackend Backend { get; init; }

    /// <summary>
    /// Which parameters this optimizer steps, where several share a model, such as matrices by one and the rest by another; null means all.
    /// <see cref="ParameterGroupsOptimizers.EnsureEachOnce"/> checks that nothing falls between them.
    /// </summary>
    public Func<ParameterFact, bool>? ParameterFilter { get; init; }

    /// <summary>Called once per group that cannot run on that backend; writes to standard error by default.</summary>
    public Action<BackendChoice>? OnFallback { get; init; }

    /// <summary>How half-precision parameters are stepped; by float32 masters unless set.</summary>
    public StepPrecision Precision { get; init; }
}
