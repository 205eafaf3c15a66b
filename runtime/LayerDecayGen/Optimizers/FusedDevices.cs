using TorchSharp;

namespace LayerDecayGen.Optimizers;

/// <summary>Which devices LibTorch has a fused kernel for.</summary>
internal static class FusedDevices
{
    public static string? CpuCudaAndMps(DeviceType device) =>
        device is DeviceType.CPU or DeviceType.CUDA or DeviceType.MPS ? null : $"LibTorch has no fused kernel for {device}";
}
