using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>How gradients are cut down before a step.</summary>
public abstract record Clipping
{
    private protected Clipping() { }

    /// <summary>By the norm of all gradients together (torch.nn.utils.clip_grad_norm_).</summary>
    /// <param name="maxNorm">The largest norm.</param>
    /// <param name="normType">The norm: 1, 2, infinity or another order.</param>
    /// <param name="perGroup">Whether each parameter group is measured and cut by itself.</param>
    /// <param name="errorIfNonFinite">Whether a norm that is not finite throws, before anything is changed.</param>
    public static Clipping ByNorm(double maxNorm, double normType = 2, bool perGroup = false, bool errorIfNonFinite = false) =>
        new NormClipping(maxNorm, normType, perGroup, errorIfNonFinite);

    /// <summary>Element by element, to [-value, value] (torch.nn.utils.clip_grad_value_).</summary>
    /// <param name="value">The largest absolute value.</param>
    public static Clipping ByValue(double value) => new ValueClipping(value);

    /// <summary>
    /// Adaptive gradient clipping (Brock et al. 2021; timm's adaptive_clip_grad): a unit's gradient against the norm of its weights.
    /// </summary>
    /// <param name="factor">The part of the weights' norm that a gradient may have.</param>
    /// <param name="eps">The least norm that weights count with.</param>
    public static Clipping Adaptive(double factor = 0.01, double eps = 1e-3) => new AdaptiveClipping(factor, eps);

    /// <summary>Cuts the gradients that parameters have now.</summary>
    /// <param name="groups">The parameters of each group.</param>
    /// <returns>The norm before; null where the way of clipping takes none.</returns>
    public double? Apply(params IEnumerable<TorchSharp.Modules.Parameter>[] groups)
    {
        var gradients = groups.Select(GradientGroup.Of).ToList();
        try
        {
            return Apply(gradients, stopAtNonFinite: false).Norm;
        }
        finally
        {
            foreach (var group in gradients) group.Dispose();
        }
    }

    /// <summary>Whether each parameter's own gradient is needed, and not just all their elements.</summary>
    internal virtual bool TakesEachParameter => false;

    /// <summary>
    /// Cuts gradients. With <paramref name="stopAtNonFinite"/> nothing is changed where one is not finite, and that is said.
    /// </summary>
    internal abstract (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite);

    /// <summary>The largest absolute element: not finite where any element is not.</summary>
    internal static double Largest(IReadOnlyList<GradientGroup> groups)
    {
        var all = GradientGroup.Merge(groups);
        if (all.Gradients.Length == 0) return 0;
        using var norm = TensorLists.Norm(all.Gradients, double.PositiveInfinity);
        return Read(norm);
    }

    private protected static double Read(Tensor number)
    {
        using var wide = number.to(ScalarType.Float64);
        return wide.item<double>();
    }
}

internal sealed record NormClipping(double MaxNorm, double NormType, bool PerGroup, bool ErrorIfNonFinite) : Clipping
{
    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        IReadOnlyList<GradientGroup> parts = [.. (PerGroup ? groups : [GradientGroup.Merge(groups)]).Where(p => p.Gradients.Length > 0)];
        if (parts.Count == 0) return (0, true);
        using var scope = NewDisposeScope();
        var norms = parts.Select(p => TensorLists.Norm(p.Gradients, NormType)).ToArray();
        var values = Array.ConvertAll(norms, Read);
        var total = values.Length == 1 ? values[0] : Read(linalg.vector_norm(tensor(values), NormType));
        if (!double.IsFinite(total) && ErrorIfNonFinite)
            throw new InvalidOperationException(
                $"The gradients' norm of order {NormType} is {total}; they were not clipped. Look for an overflow.");
        if (!double.IsFinite(total) && stopAtNonFinite) return (total, false);
        for (var i = 0; i < parts.Count; i++)
            if (!(values[i] + 1e-6 <= MaxNorm)) TensorLists.ClipToNorm(parts[i].Gradients, norms[i], MaxNorm);
        return (total, double.IsFinite(total));
    }
}

internal sealed record ValueClipping(double Value) : Clipping
{
    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        if (stopAtNonFinite && !double.IsFinite(Largest(groups))) return (null, false);
        foreach (var group in groups.Where(g => g.Gradients.Length > 0)) TensorLists.Clamp(group.Gradients, Value);
        return (null, true);
    }
}

internal sealed record AdaptiveClipping(double Factor, double Eps) : Clipping
{
    internal override bool TakesEachParameter => true;

    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        if (stopAtNonFinite && !double.IsFinite(Largest(groups))) return (null, false);
        foreach (var group in groups.Where(g => g.Gradients.Length > 0))
            TensorLists.ClipAdaptively(group.Parameters, group.Gradients, Factor, Eps);
        return (null, true);
    }
}
