using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Bytes of tensors in pieces, since a span holds two gigabytes at most.</summary>
internal static class TensorBytes
{
    public delegate void Take(Span<byte> piece);

    private const long PieceElements = 1 << 24;

    /// <summary>Passes over the memory of a contiguous tensor on the host.</summary>
    public static void ForEachPiece(Tensor contiguous, Take take)
    {
        using var flat = contiguous.detach().view(-1);
        for (var at = 0L; at < flat.numel(); at += PieceElements)
        {
            using var piece = flat.narrow(0, at, Math.Min(PieceElements, flat.numel() - at));
            take(piece.bytes);
        }
    }

    /// <summary>Whether the memory of a tensor can be read and written as it stands.</summary>
    public static bool AreDirect(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.is_contiguous();
}
