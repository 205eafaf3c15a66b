using System.Globalization;
using TorchSharp.Modules;

namespace LayerDecayGen.Training;

/// <summary>How gradients are cut down before a step. Norms and factors are float32 or better, whatever the gradients are.</summary>
public abstract record Clipping
{
    private protected Clipping() { }

    /// <summary>By the norm of all gradients together (torch.nn.utils.clip_grad_norm_).</summary>
    /// <param name="maxNorm">The largest norm, above 0.</param>
    /// <param name="normType">The norm: 1, 2, infinity or another order above 0.</param>
    /// <param name="perGroup">Whether each parameter group is measured and cut by itself.</param>
    /// <param name="errorIfNonFinite">Whether a norm that is not finite throws, before anything is changed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Clipping ByNorm(double maxNorm, double normType = 2, bool perGroup = false, bool errorIfNonFinite = false)
    {
        if (!(normType > 0)) throw new ArgumentOutOfRangeException(nameof(normType), FormattableString.Invariant($"normType is {normType}: it must be above 0; infinity is the largest element."));
        return new NormClipping(Require.Positive(maxNorm), normType, perGroup, errorIfNonFinite);
    }

    /// <summary>Element by element, to [-value, value] (torch.nn.utils.clip_grad_value_).</summary>
    /// <param name="value">The largest absolute value, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not above 0.</exception>
    public static Clipping ByValue(double value) => new ValueClipping(Require.Positive(value));

    /// <summary>
    /// Adaptive gradient clipping (Brock et al. 2021; timm's adaptive_clip_grad): a unit's gradient against the norm of its weights.
    /// </summary>
    /// <param name="factor">The part of the weights' norm that a gradient may have, above 0.</param>
    /// <param name="eps">The least norm that weights count with, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not above 0.</exception>
    public static Clipping Adaptive(double factor = 0.01, double eps = 1e-3) => new AdaptiveClipping(Require.Positive(factor), Require.Positive(eps));

    /// <summary>Cuts the gradients that parameters have now.</summary>
    /// <param name="groups">The parameters of each group.</param>
    /// <returns>The norm before; null where the way of clipping takes none.</returns>
    /// <exception cref="InvalidOperationException">A gradient is sparse.</exception>
    public double? Apply(params IEnumerable<Parameter>[] groups)
    {
        var gradients = groups.Select(g => GradientGroup.Of(g)).ToList();
        try
        {
            return Apply(gradients, stopAtNonFinite: false).Norm;
        }
        finally
        {
            foreach (var group in gradients) group.Dispose();
        }
    }

    /// <summary>
    /// Cuts gradients. With <paramref name="stopAtNonFinite"/> nothing is changed where one is not finite, and the result says so.
    /// </summary>
    internal abstract (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite);

    /// <summary>The largest absolute element: not finite where any element is not.</summary>
    internal static double Largest(IReadOnlyList<GradientGroup> groups) =>
        GradientGroup.Combine(groups.Select(g => g.Norm(double.PositiveInfinity)), double.PositiveInfinity);
}

internal sealed record NormClipping(double MaxNorm, double NormType, bool PerGroup, bool ErrorIfNonFinite) : Clipping
{
    // What clip_grad_norm_ adds to a norm before it divides by it.
    private const double Eps = 1e-6;

    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        var norms = groups.Select(g => g.Norm(NormType)).ToArray();
        var total = GradientGroup.Combine(norms, NormType);
        if (!double.IsFinite(total))
        {
            if (ErrorIfNonFinite)
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"The gradients' norm of order {NormType} is {total}; they were not clipped. Look for an overflow."));
            if (stopAtNonFinite) return (total, false);
        }

        for (var i = 0; i < norms.Length; i++)
        {
            var factor = MaxNorm / ((PerGroup ? norms[i] : total) + Eps);
            if (!(factor >= 1) && !groups[i].IsEmpty) groups[i].Multiply(factor);
        }

        return (total, double.IsFinite(total));
    }
}

internal sealed record ValueClipping(double Value) : Clipping
{
    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        if (stopAtNonFinite && !double.IsFinite(Largest(groups))) return (null, false);
        foreach (var group in groups) group.Clamp(Value);
        return (null, true);
    }
}

internal sealed record AdaptiveClipping(double Factor, double Eps) : Clipping
{
    internal override (double? Norm, bool Finite) Apply(IReadOnlyList<GradientGroup> groups, bool stopAtNonFinite)
    {
        if (stopAtNonFinite && !double.IsFinite(Largest(groups))) return (null, false);
        foreach (var group in groups) group.ClipAdaptively(Factor, Eps);
        return (null, true);
    }
}
