using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// The gradients of one parameter group. Those of half precision are not changed where the optimizer takes a factor: it is collected here
/// and applied in float32 inside the step, so that nothing is rounded to zero on the way.
/// </summary>
internal sealed class GradientGroup : IDisposable
{
    private readonly List<(Tensor Parameter, Tensor Gradient)> _wide = [];
    private readonly List<(Tensor Parameter, Tensor Gradient)> _half = [];
    private readonly bool _keepsHalf;

    private GradientGroup(IEnumerable<Parameter> parameters, bool keepsHalf, Func<Parameter, string>? nameOf)
    {
        _keepsHalf = keepsHalf;
        foreach (var parameter in parameters)
        {
            if (parameter.grad is not { } gradient) continue;
            if (gradient.is_sparse)
                throw new InvalidOperationException($"'{nameOf?.Invoke(parameter) ?? parameter.name}' has a sparse gradient, which can be neither clipped nor unscaled: make its embedding without sparse gradients, or step it by an optimizer without clipping and loss scale.");
            (gradient.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? _half : _wide).Add((parameter, gradient));
        }
    }

    /// <summary>The factor on half-precision gradients that the step is to apply.</summary>
    public double HalfFactor { get; private set; } = 1;

    public bool IsEmpty => _wide.Count + _half.Count == 0;

    /// <param name="parameters">The parameters of the group.</param>
    /// <param name="keepsHalf">Whether the optimizer takes <see cref="HalfFactor"/>.</param>
    /// <param name="nameOf">Names of parameters, for messages.</param>
    public static GradientGroup Of(IEnumerable<Parameter> parameters, bool keepsHalf = false, Func<Parameter, string>? nameOf = null) =>
        new(parameters, keepsHalf, nameOf);

    /// <summary>The gradients of an optimizer, group by group.</summary>
    public static GradientGroup[] Of(Optimizer optimizer, Func<Parameter, string> nameOf) =>
        [.. optimizer.ParamGroups.Cast<ParamGroup>().Select(g => Of(g.Parameters, optimizer is GroupOptimizer, nameOf))];

    /// <summary>The p-norm, in float32 or better, with the factor on half precision.</summary>
    public double Norm(double p)
    {
        var (wide, half) = (NormOf(_wide, p), NormOf(_half, p) * HalfFactor);
        return Combine([wide, half], p);
    }

    /// <summary>The p-norm of norms.</summary>
    public static double Combine(IEnumerable<double> norms, double p) => double.IsPositiveInfinity(p)
        ? norms.Aggregate(0.0, (a, b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b))
        : Math.Pow(norms.Sum(n => Math.Pow(n, p)), 1 / p);

    public void Multiply(double factor)
    {
        if (_wide.Count > 0) TensorLists.Multiply([.. _wide.Select(g => g.Gradient)], factor);
        if (_keepsHalf) HalfFactor *= factor;
        else if (_half.Count > 0) TensorLists.Multiply([.. _half.Select(g => g.Gradient)], factor);
    }

    public void Clamp(double most)
    {
        if (_wide.Count > 0) TensorLists.Clamp([.. _wide.Select(g => g.Gradient)], most);
        if (_half.Count > 0) TensorLists.Clamp([.. _half.Select(g => g.Gradient)], most / HalfFactor);
    }

    public void ClipAdaptively(double factor, double eps)
    {
        if (_wide.Count > 0) TensorLists.ClipAdaptively([.. _wide.Select(g => g.Parameter)], [.. _wide.Select(g => g.Gradient)], factor, eps);
        if (_half.Count > 0) TensorLists.ClipAdaptively([.. _half.Select(g => g.Parameter)], [.. _half.Select(g => g.Gradient)], factor / HalfFactor, eps);
    }

    public void Dispose()
    {
        foreach (var (_, gradient) in _wide) gradient.Dispose();
        foreach (var (_, gradient) in _half) gradient.Dispose();
    }

    private static double NormOf(List<(Tensor Parameter, Tensor Gradient)> gradients, double p)
    {
        if (gradients.Count == 0) return 0;
        using var norm = TensorLists.Norm([.. gradients.Select(g => g.Gradient)], p);
        return norm.item<double>();
    }
}
