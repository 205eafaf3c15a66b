using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>A device that is unknown or not there; the message is for the person at the prompt.</summary>
internal sealed class DeviceException(string message) : Exception(message);

/// <summary>Finds the device that was asked for. Another one is never taken in its place.</summary>
internal static class Devices
{
    public static Device Find(string name) => name switch
    {
        "cpu" => CPU,
        "cuda" when cuda.is_available() => CUDA,
        "cuda" => throw new DeviceException("--device cuda: no CUDA device is available here; use --device cpu, or a LibTorch package with CUDA on a machine that has one"),
        "mps" when mps_is_available() => MPS,
        "mps" => throw new DeviceException("--device mps: Metal is not available here; use --device cpu"),
        _ => throw new DeviceException($"--device {name}: unknown device; use cpu, cuda or mps"),
    };
}
