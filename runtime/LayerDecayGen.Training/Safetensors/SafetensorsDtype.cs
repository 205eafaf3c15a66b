using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>The dtypes of safetensors beside those of TorchSharp, with the bytes of an element.</summary>
internal static class SafetensorsDtype
{
    private static readonly (string Name, ScalarType Type, int Bytes)[] s_types =
    [
        ("BOOL", ScalarType.Bool, 1), ("U8", ScalarType.Byte, 1), ("I8", ScalarType.Int8, 1), ("I16", ScalarType.Int16, 2),
        ("I32", ScalarType.Int32, 4), ("I64", ScalarType.Int64, 8), ("F16", ScalarType.Float16, 2), ("BF16", ScalarType.BFloat16, 2),
        ("F32", ScalarType.Float32, 4), ("F64", ScalarType.Float64, 8), ("C64", ScalarType.ComplexFloat32, 8),
    ];

    /// <summary>The TorchSharp dtype of a name in a header.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public static (ScalarType Type, int Bytes) Parse(string dtype, string tensor)
    {
        foreach (var (name, type, bytes) in s_types)
            if (name == dtype)
                return (type, bytes);
        throw new SafetensorsException(
            $"Tensor '{tensor}' has dtype '{Shown.Text(dtype)}', which TorchSharp has no type for. Convert it to one of "
            + $"{string.Join(", ", s_types.Select(t => t.Name))} first.");
    }

    /// <summary>The name in a header, and the bytes of an element.</summary>
    /// <exception cref="SafetensorsException">The format has no name for the dtype.</exception>
    public static (string Name, int Bytes) Of(ScalarType dtype, string tensor)
    {
        foreach (var (name, type, bytes) in s_types)
            if (type == dtype)
                return (name, bytes);
        throw new SafetensorsException($"Tensor '{tensor}' is {dtype}, which safetensors has no dtype for. Convert it to another first.");
    }
}
