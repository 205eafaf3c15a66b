using TorchSharp;

namespace LayerDecayGen;

/// <summary>Which devices LibTorch has a fused kernel for.</summary>
internal static class FusedDevices
{
    public static string? CpuCudaAndMps(DeviceType device) =>
        device is DeviceType.CPU or DeviceType.CUDA or DeviceType.MPS ? null : Missing(device);

    public static string? Cpu(DeviceType device) => device == DeviceType.CPU ? null : Missing(device);

    private static string Missing(DeviceType device) => $"LibTorch has no fused kernel for {device}";
}
