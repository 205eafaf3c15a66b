using System.Collections.Immutable;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>A tensor of a safetensors file: everything but its data.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Dtype">Its dtype.</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Offset">Where its data begins, in bytes after the header.</param>
/// <param name="Bytes">The length of its data in bytes.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Dtype, ImmutableArray<long> Shape, long Offset, long Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => $"'{Shown.Text(Name)}' {Dtype} {Shown.Shape(Shape)}";
}
