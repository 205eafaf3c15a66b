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
        var persistent = model.state_dict();
        if (persistent.Count == 0)
            throw new ArgumentException($"{model.GetName()} has no tensors: call RegisterComponents() at the end of its constructor.", nameof(model));
        foreach (var (name, tensor) in persistent)
        {
            if (tensor.IsInvalid) throw new ArgumentException($"'{name}' of {model.GetName()} was disposed.", nameof(model));
            if (tensor.device_type == DeviceType.META)
                throw new ArgumentException($"'{name}' of {model.GetName()} is on the meta device, which holds no data. Make the model on a real device.", nameof(model));
        }

        return [.. ModelTensors.Of(model).Where(t => persistent.ContainsKey(t.Name)).Select(t => new LiveTensor(t.Name, [t.Name, .. t.Aliases], t.Tensor))];
    }

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
