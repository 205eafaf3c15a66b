using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>One tensor that holds one value for each element of all parameters, and the part of it that is each parameter's.</summary>
internal sealed class FlatBuffer
{
    private readonly long[] _offsets;

    /// <summary>A buffer of zeros.</summary>
    public FlatBuffer(Parameter[] parameters, ScalarType dtype)
    {
        _offsets = new long[parameters.Length + 1];
        for (var i = 0; i < parameters.Length; i++) _offsets[i + 1] = _offsets[i] + parameters[i].numel();
        Whole = zeros(_offsets[^1], dtype: dtype, device: parameters[0].device).DetachFromDisposeScope();
        Views = [.. parameters.Select((p, i) => View(i, p.shape))];
    }

    /// <summary>The buffer, one-dimensional.</summary>
    public Tensor Whole { get; }

    /// <summary>Each parameter's part, in its shape.</summary>
    public Tensor[] Views { get; }

    /// <summary>Where a parameter's part begins, or where the last one ends.</summary>
    public long Offset(int i) => _offsets[i];

    /// <summary>Some elements, one-dimensional.</summary>
    public Tensor Part(long offset, long elements) => Whole.narrow(0, offset, elements).DetachFromDisposeScope();

    private Tensor View(int i, long[] shape)
    {
        using var part = Whole.narrow(0, _offsets[i], _offsets[i + 1] - _offsets[i]);
        return part.view(shape).DetachFromDisposeScope();
    }
}
