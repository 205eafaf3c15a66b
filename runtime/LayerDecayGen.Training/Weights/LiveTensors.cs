using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>A tensor of a live model with every name under which the model registers it: tied weights have several.</summary>
/// <param name="Name">The first name.</param>
/// <param name="Names">All names, the first one included.</param>
/// <param name="Tensor">The registered tensor.</param>
internal sealed record LiveTensor(string Name, IReadOnlyList<string> Names, Tensor Tensor);

/// <summary>The parameters and persistent buffers of a model, each tensor once.</summary>
internal static class LiveTensors
{
    /// <summary>Reads a model.</summary>
    /// <exception cref="ArgumentException">It has no tensors, was disposed, or is on the meta device.</exception>
    public static List<LiveTensor> Of(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var live = new List<LiveTensor>();
        var seen = new Dictionary<(nint, string), List<string>>();
        foreach (var (name, tensor) in model.state_dict())
        {
            if (tensor.IsInvalid) throw new ArgumentException($"'{name}' of {model.GetName()} was disposed.", nameof(model));
            if (tensor.device_type == DeviceType.META)
                throw new ArgumentException($"'{name}' of {model.GetName()} is on the meta device, which holds no data. Make the model on a real device.", nameof(model));
            if (Place(tensor) is { } place)
            {
                if (seen.TryGetValue(place, out var names))
                {
                    names.Add(name);
                    continue;
                }

                seen.Add(place, names = [name]);
                live.Add(new LiveTensor(name, names, tensor));
            }
            else
            {
                live.Add(new LiveTensor(name, [name], tensor));
            }
        }

        return live.Count > 0
            ? live
            : throw new ArgumentException($"{model.GetName()} has no tensors: call RegisterComponents() at the end of its constructor.", nameof(model));
    }

    // Tied weights of native modules have two handles and one memory.
    private static (nint Address, string Layout)? Place(Tensor tensor)
    {
        if (tensor.numel() == 0) return null;
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous()) return (tensor.Handle, "handle");
        using var first = tensor.detach().view(-1).narrow(0, 0, 1);
        return (AddressOf(first.bytes), $"{tensor.dtype} {Shown.Shape(tensor.shape)}");
    }

    private static unsafe nint AddressOf(Span<byte> bytes) =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(bytes));

    /// <summary>Why a tensor cannot be written to; null where it can.</summary>
    public static string? WhyNotWritable(Tensor tensor)
    {
        var (shape, strides) = (tensor.shape, tensor.stride());
        for (var d = 0; d < shape.Length; d++)
            if (shape[d] > 1 && strides[d] == 0)
                return $"it was expanded, so that several of its {tensor.numel()} elements are one number in memory; make it with contiguous()";
        return null;
    }
}
