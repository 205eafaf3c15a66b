namespace LayerDecayGen;

/// <summary>What an optimizer's step runs on, from the fastest to the slowest.</summary>
public enum Kernel
{
    /// <summary>LibTorch's fused kernel, one call a group (<c>torch._fused_adamw_</c> and its kin).</summary>
    Fused,

    /// <summary>LibTorch's list operators, a few calls a group (<c>torch._foreach_*</c>).</summary>
    Foreach,

    /// <summary>TorchSharp's own arithmetic, several calls a parameter.</summary>
    Stock,
}

/// <summary>What a group's step runs on, and why.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Group">The group's name; empty where it is said of the whole optimizer.</param>
/// <param name="Reason">Why not a faster one; empty where none is.</param>
public sealed record KernelChoice(Kernel Kernel, string Group, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() =>
        (Group.Length == 0 ? "" : $"group '{Group}': ") + Kernel.ToString().ToLowerInvariant() + (Reason.Length == 0 ? "" : $" ({Reason})");
}
