using System.Buffers.Binary;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// The state of the host's default generator. LibTorch ends the process over a state that is none, so its bytes are checked here. TorchSharp does
/// not show the generators of other devices.
/// </summary>
internal sealed class RandomPart : ICheckpointPart
{
    // at::CPUGeneratorImplState: seed, left, seeded, next, 624 words of 8 bytes, three doubles, a flag and padding, a float, a flag and padding.
    private const int Words = 624, LeftAt = 8, SeededAt = 12, NextAt = 16, WordsAt = 24, NormalFlagAt = WordsAt + (Words * 8) + 24, Length = NormalFlagAt + 16;

    public string Name => "random";

    public void Save(PartWriter to) => to.Add("cpu", get_rng_state());

    public Action Load(SavedPart saved)
    {
        using var own = get_rng_state();
        if (!IsState(own)) throw new CheckpointException("The state of this LibTorch's generator is of another layout, so no saved one can be checked. Load without the part 'random'.");
        if (saved.Find("cpu") is not { Dtype: ScalarType.Byte, Shape: [Length] }) throw new CheckpointException($"The random state must be Byte [{Length}].");
        var state = saved.Read("cpu");
        if (!IsState(state)) throw new CheckpointException("The random state is not one of a Mersenne Twister.");
        return () => set_rng_state(state);
    }

    private static bool IsState(Tensor tensor)
    {
        if (tensor.dtype != ScalarType.Byte || tensor.shape is not [Length]) return false;
        var bytes = tensor.bytes;
        var left = BinaryPrimitives.ReadInt32LittleEndian(bytes[LeftAt..]);
        var next = BinaryPrimitives.ReadUInt64LittleEndian(bytes[NextAt..]);
        if (left is < 1 or > Words || next > Words || BinaryPrimitives.ReadInt32LittleEndian(bytes[SeededAt..]) != 1) return false;
        for (var i = 0; i < Words; i++)
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[(WordsAt + (8 * i))..]) > uint.MaxValue)
                return false;
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[NormalFlagAt..]) is 0 or 1 && bytes[NormalFlagAt + 12] is 0 or 1;
    }
}
