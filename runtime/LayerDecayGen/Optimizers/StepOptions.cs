namespace LayerDecayGen.Optimizers;

/// <summary>How an optimizer's step is to run.</summary>
/// <param name="Fastest">The fastest kernel to use.</param>
/// <param name="OnFallback">Hears of groups that have to use a slower one.</param>
internal sealed record StepOptions(Kernel Fastest = Kernel.Fused, Action<KernelChoice>? OnFallback = null);
