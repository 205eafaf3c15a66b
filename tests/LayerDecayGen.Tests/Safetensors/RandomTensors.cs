using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Safetensors;

/// <summary>Random named tensors of all dtypes of the format: empty, single, transposed and expanded ones too.</summary>
internal static class RandomTensors
{
    public static readonly ScalarType[] Dtypes =
    [
        ScalarType.Bool, ScalarType.Byte, ScalarType.Int8, ScalarType.Int16, ScalarType.Int32, ScalarType.Int64, ScalarType.Float16,
        ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64, ScalarType.ComplexFloat32,
    ];

    public static Dictionary<string, Tensor> Of(Random random)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var i = random.Next(6); i >= 0; i--) tensors[Name(random)] = One(random);
        return tensors;
    }

    private static string Name(Random random)
    {
        string[] parts = ["blocks", "0", "weight", "é", "\"", "\\", "\n", "漢", "🙂", " ", ""];
        return string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static Tensor One(Random random)
    {
        var shape = Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(4)).ToArray();
        var dtype = Dtypes[random.Next(Dtypes.Length)];
        var bytes = new byte[shape.Aggregate(16L, (a, d) => a * Math.Max(d, 1))];
        random.NextBytes(bytes);
        var made = zeros(shape, dtype: dtype);
        if (dtype == ScalarType.Bool) made = tensor(bytes[..(int)made.numel()].Select(b => b > 127).ToArray()).reshape(shape);
        else if (made.numel() > 0) bytes.AsSpan(0, made.bytes.Length).CopyTo(made.bytes);
        return random.Next(3) switch
        {
            0 when shape.Length >= 2 => made.transpose(0, 1),
            1 when shape.Length >= 1 => made.unsqueeze(0).expand([2, .. shape]),
            _ => made,
        };
    }

    public static byte[] Bytes(Tensor tensor)
    {
        using var contiguous = tensor.detach().cpu().contiguous();
        return contiguous.bytes.ToArray();
    }
}
