namespace LayerDecayGen;

/// <summary>What an optimizer's step runs on, from the fastest to the slowest.</summary>
public enum StepBackend
{
    /// <summary>LibTorch's fused kernel, one call per group (<c>torch._fused_adamw_</c> and others).</summary>
    Fused,

    /// <summary>LibTorch's list operators, a few calls per group (<c>torch._foreach_*</c>).</summary>
    Foreach,

    /// <summary>TorchSharp's own arithmetic, several calls per parameter.</summary>
    Stock,
}

/// <summary>What a group's step runs on, and why.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Group">The group's name; empty where it holds for the whole optimizer.</param>
/// <param name="Reason">Why not a faster one; empty for the fastest.</param>
public sealed record BackendChoice(StepBackend Backend, string Group, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() =>
        (Group.Length == 0 ? "" : $"group '{Group}': ") + Backend.ToString().ToLowerInvariant() + (Reason.Length == 0 ? "" : $" ({Reason})");
}
