using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Which dtype can be taken into which without loss, and which at all.</summary>
internal static class DtypeConversion
{
    // Bits of a whole number (sign apart) that each holds exactly; exponents decide between the half precisions.
    private static readonly Dictionary<ScalarType, (int Kind, int Digits, int Exponent)> s_types = new()
    {
        [ScalarType.Byte] = (0, 8, 0),
        [ScalarType.Int8] = (0, 7, 0),
        [ScalarType.Int16] = (0, 15, 0),
        [ScalarType.Int32] = (0, 31, 0),
        [ScalarType.Int64] = (0, 63, 0),
        [ScalarType.Float16] = (1, 11, 5),
        [ScalarType.BFloat16] = (1, 8, 8),
        [ScalarType.Float32] = (1, 24, 8),
        [ScalarType.Float64] = (1, 53, 11),
    };

    public static bool IsLossless(ScalarType from, ScalarType to) => from == to
        || (s_types.TryGetValue(from, out var a) && s_types.TryGetValue(to, out var b) && a.Kind <= b.Kind && a.Digits <= b.Digits
            && a.Exponent <= b.Exponent && (to != ScalarType.Byte));

    /// <summary>Whether a conversion makes sense: never from floating to whole numbers, from complex to real, or from and to bool.</summary>
    public static bool IsPossible(ScalarType from, ScalarType to) => from == to
        || (s_types.TryGetValue(from, out var a) && s_types.TryGetValue(to, out var b) && (a.Kind == b.Kind ? a.Kind == 1 || IsLossless(from, to) : a.Kind < b.Kind));
}
