using System.Collections.Immutable;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>A tensor of a model with the names under which it is registered.</summary>
/// <param name="Name">The first name, in the order of <c>named_parameters()</c> and <c>named_buffers()</c>.</param>
/// <param name="Aliases">Further names of the same tensor: tied weights, modules in two fields.</param>
/// <param name="Tensor">The registered tensor.</param>
/// <param name="IsParameter">Whether it is a parameter rather than a buffer.</param>
public sealed record NamedTensor(string Name, ImmutableArray<string> Aliases, Tensor Tensor, bool IsParameter)
{
    /// <summary>The objects registered under <see cref="Aliases"/>; native layers hand out another one per name.</summary>
    public ImmutableArray<Tensor> AliasTensors { get; init; } = [];
}

/// <summary>The tensors of a model, each once.</summary>
public static class ModelTensors
{
    /// <summary>Parameters, then buffers; a tensor that has several names is one entry.</summary>
    /// <param name="model">The model.</param>
    public static ImmutableArray<NamedTensor> Of(nn.Module model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var found = new List<(string Name, List<(string Name, Tensor Tensor)> Aliases, Tensor Tensor, bool IsParameter)>();
        var byHandle = new Dictionary<IntPtr, int>();
        var byAddress = new Dictionary<(nint, string), int>();
        foreach (var (name, tensor, isParameter) in All(model))
        {
            var address = AddressOf(tensor);
            var key = (address, $"{tensor.dtype}{string.Join(',', tensor.shape)}");
            if (byHandle.TryGetValue(tensor.Handle, out var at) || (address != 0 && byAddress.TryGetValue(key, out at)))
            {
                found[at].Aliases.Add((name, tensor));
                continue;
            }

            byHandle[tensor.Handle] = found.Count;
            if (address != 0) byAddress[key] = found.Count;
            found.Add((name, [], tensor, isParameter));
        }

        return [.. found.Select(f => new NamedTensor(f.Name, [.. f.Aliases.Select(a => a.Name)], f.Tensor, f.IsParameter)
        {
            AliasTensors = [.. f.Aliases.Select(a => a.Tensor)],
        })];
    }

    /// <summary>The address of the first element; 0 where there is none, or TorchSharp cannot give it without a copy.</summary>
    internal static nint AddressOf(Tensor tensor)
    {
        if (tensor.numel() == 0 || tensor.is_sparse || tensor.device_type == DeviceType.META) return 0;
        if (tensor.device_type == DeviceType.CPU && tensor.is_contiguous()) return AddressOfBytes(tensor);
        return tensor.dtype switch
        {
            // storage<T>() copies unless T is the tensor's own type.
            ScalarType.Float32 => tensor.storage<float>().data_ptr() + (nint)tensor.storage_offset() * sizeof(float),
            ScalarType.Float64 => tensor.storage<double>().data_ptr() + (nint)tensor.storage_offset() * sizeof(double),
            _ => 0,
        };
    }

    private static unsafe nint AddressOfBytes(Tensor tensor) =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(tensor.bytes));

    private static IEnumerable<(string Name, Tensor Tensor, bool IsParameter)> All(nn.Module model)
    {
        var walk = ModelWalk.Of(model);
        foreach (var walked in walk.Parameters) yield return (walked.Name, walked.Parameter, true);
        foreach (var (name, buffer) in walk.Buffers) yield return (name, buffer, false);
    }
}
