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

    private const string Script = """
        def adamw_fused(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], s: List[Tensor], count: List[Tensor],
                        lr: float, beta1: float, beta2: float, weight_decay: float, eps: float, amsgrad: bool, maximize: bool) -> None:
            torch._foreach_add_(count, 1)
            torch._fused_adamw_(p, g, m, v, x, s, lr=lr, beta1=beta1, beta2=beta2, weight_decay=weight_decay, eps=eps,
                                amsgrad=amsgrad, maximize=maximize)

        def adamw_foreach(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor],
                          keep: float, beta1: float, take1: float, beta2: float, take2: float, root: float, eps: float, step: float,
                          amsgrad: bool, maximize: bool) -> None:
            if maximize:
                g = torch._foreach_neg(g)
            torch._foreach_mul_(p, keep)
            torch._foreach_mul_(m, beta1)
            torch._foreach_add_(m, g, alpha=take1)
            torch._foreach_mul_(v, beta2)
            torch._foreach_addcmul_(v, g, g, take2)
            if amsgrad:
                torch._foreach_maximum_(x, v)
                d = torch._foreach_sqrt(x)
            else:
                d = torch._foreach_sqrt(v)
            torch._foreach_div_(d, root)
            torch._foreach_add_(d, eps)
            torch._foreach_addcdiv_(p, m, d, step)

        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script.Replace("\r\n", "\n", StringComparison.Ordinal)));

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
}
