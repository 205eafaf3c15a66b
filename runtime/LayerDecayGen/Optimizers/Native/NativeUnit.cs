using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// The one TorchScript unit through which every optimizer reaches LibTorch's own kernels. Its text is a constant and it is compiled once
/// and kept for the life of the process: a script with an operator that LibTorch does not know ends the process instead of throwing, and
/// disposing a unit frees nothing.
/// </summary>
internal static class NativeUnit
{
    // The signatures of torch._fused_* and torch._foreach_* were run on these releases. Another one may spell them differently, which no
    // process survives finding out, so it gets TorchSharp's own arithmetic and is told so.
    private const string VerifiedLibTorch = "2.10.";

    private static readonly Lazy<jit.CompilationUnit> Unit = 
        new(() => jit.compile((NativeScript.Fused + NativeScript.Foreach).Replace("\r\n", "\n", StringComparison.Ordinal)));

    /// <summary>Why the unit cannot be used with the loaded LibTorch; null where it can.</summary>
    public static string? Obstacle { get; } = ObstacleOf(__version__);

    internal static string? ObstacleOf(string libTorch) => libTorch.StartsWith(VerifiedLibTorch, StringComparison.Ordinal)
        ? null
        : $"LibTorch {libTorch} is loaded, and the native operators were verified on {VerifiedLibTorch}x only";

    /// <summary>
    /// Calls a function of the unit. Arguments are kept alive over the call: the native side holds no reference of its own.
    /// </summary>
    public static void Invoke(string function, object[] arguments)
    {
        Unit.Value.invoke(function, arguments);
        GC.KeepAlive(arguments);
    }

    /// <summary>Float32 copies of tensors.</summary>
    public static Tensor[] Widen(Tensor[] tensors)
    {
        var wide = (Tensor[])Unit.Value.invoke("widen", new object[] { tensors });
        GC.KeepAlive(tensors);
        return wide;
    }

    /// <summary>Copies tensors into others, rounding to their dtype.</summary>
    public static void Copy(Tensor[] to, Tensor[] from) => Invoke("copy", [to, from]);
}
