using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The step of each parameter as the fused kernels read it: 0-dimensional float32 tensors beside the parameters. They are views of one
/// tensor, so that counting them all is one addition.
/// </summary>
internal sealed class StepCounters : IDisposable
{
    private readonly Tensor _all;

    public StepCounters(Tensor beside, long[] steps)
    {
        using var scope = NewDisposeScope();
        using var onHost = tensor(steps, dtype: ScalarType.Float32);
        _all = onHost.to(beside.device).clone().DetachFromDisposeScope();
        Each = [.. Enumerable.Range(0, steps.Length).Select(i => _all[i].DetachFromDisposeScope())];
    }

    public Tensor[] Each { get; }

    /// <summary>What to add one to for some of them.</summary>
    public Tensor[] Count(Tensor[] some) => some.Length == Each.Length ? [_all] : some;

    public void Dispose()
    {
        foreach (var step in Each) step.Dispose();
        _all.Dispose();
    }
}
