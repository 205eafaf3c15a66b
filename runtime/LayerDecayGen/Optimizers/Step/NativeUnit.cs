using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// The one TorchScript unit through which everything reaches LibTorch's own kernels. Its text is constant and it is compiled once and kept
/// for the life of the process: a script with an operator that LibTorch does not know ends the process instead of throwing, and disposing a
/// unit frees nothing.
/// </summary>
internal static class NativeUnit
{
    // The operators were run on these releases. Another one may spell them differently, which no process survives finding out, so it gets
    // TorchSharp's own arithmetic and is told so.
    private const string VerifiedLibTorch = "2.10.";

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(
        (NativeScript.Fused + NativeScript.Foreach + NativeScript.Lists).Replace("\r\n", "\n", StringComparison.Ordinal)));

    /// <summary>Why the unit cannot be used with the loaded LibTorch; null where it can.</summary>
    public static string? Obstacle { get; } = ObstacleOf(__version__);

    internal static string? ObstacleOf(string libTorch) => libTorch.StartsWith(VerifiedLibTorch, StringComparison.Ordinal)
        ? null
        : $"LibTorch {libTorch} is loaded, and the native operators were verified on {VerifiedLibTorch}x only";

    /// <summary>Calls a function. Arguments are kept alive over the call: the native side holds no reference of its own.</summary>
    public static object? Call(string function, params object[] arguments)
    {
        var result = Unit.Value.invoke(function, arguments);
        GC.KeepAlive(arguments);
        return result;
    }

    /// <summary>Float32 copies of tensors.</summary>
    public static Tensor[] Widen(Tensor[] tensors) => (Tensor[])Call("widen", [tensors])!;

    /// <summary>Copies tensors into others, rounding to their dtype.</summary>
    public static void Copy(Tensor[] to, Tensor[] from)
    {
        if (to.Length > 0) Call("copy", to, from);
    }
}
