using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Operations on whole lists of tensors, one native call each, for gradient clipping, averaging of weights and the like. Tensors of a list
/// have one device. Nothing is recorded for autograd.
/// </summary>
public static class TensorLists
{
    /// <summary>
    /// The p-norm of all elements of all tensors, as <c>torch.nn.utils.clip_grad_norm_</c> measures it, but in float32 or better: the
    /// norm of each tensor in float32 (float64 for float64), their norm in float64.
    /// </summary>
    /// <param name="tensors">At least one tensor; dtypes may differ.</param>
    /// <param name="p">The norm: 1, 2, infinity or any other order.</param>
    /// <returns>A 0-dimensional float64 tensor on the tensors' device, so that nothing waits for the device.</returns>
    public static Tensor Norm(Tensor[] tensors, double p)
    {
        using var _ = no_grad();
        var dtype = Array.Exists(tensors, t => t.dtype == ScalarType.Float64) ? ScalarType.Float64 : ScalarType.Float32;
        if (NativeUnit.Obstacle is null && tensors[0].device_type != DeviceType.MPS)
        {
            if (p == 2 && Array.TrueForAll(tensors, t => SumsProducts(t, tensors[0].dtype))) return (Tensor)NativeUnit.Call("euclidean_norm", [tensors])!;
            using var order = p.ToScalar();
            using var type = ((long)dtype).ToScalar();
            return (Tensor)NativeUnit.Call("norm", tensors, order, type)!;
        }

        using var scope = NewDisposeScope();
        var each = stack(tensors.Select(t => linalg.vector_norm(t.to(dtype), p).cpu().to(ScalarType.Float64)));
        return linalg.vector_norm(each, p).MoveToOuterDisposeScope();
    }

    // A processor's dot product costs less than a reduction, but sums half precision in half precision.
    private static bool SumsProducts(Tensor tensor, ScalarType dtype) =>
        tensor.dtype == dtype && dtype is (ScalarType.Float32 or ScalarType.Float64) && tensor.device_type == DeviceType.CPU;

    /// <summary>Cuts every element to [-most, most]; a dtype that cannot hold the value is cut to its largest number.</summary>
    /// <param name="tensors">The gradients.</param>
    /// <param name="most">The largest absolute value.</param>
    public static void Clamp(Tensor[] tensors, double most)
    {
        using var _ = no_grad();
        foreach (var alike in tensors.GroupBy(t => t.dtype))
        {
            using var bound = (alike.Key == ScalarType.Float16 ? Math.Min(most, (double)Half.MaxValue) : most).ToScalar();
            if (NativeUnit.Obstacle is null) NativeUnit.Call("clamp", alike.ToArray(), bound);
            else foreach (var t in alike) t.clamp_(-bound.ToDouble(), bound.ToDouble());
        }
    }

    /// <summary>Multiplies every element, half precision in float32 and then rounded once.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="by">The factor.</param>
    public static void Multiply(Tensor[] tensors, double by)
    {
        using var _ = no_grad();
        foreach (var alike in tensors.GroupBy(t => t.dtype))
        {
            var isWide = alike.Key is ScalarType.Float32 or ScalarType.Float64;
            using var factor = tensor(by, isWide ? alike.Key : ScalarType.Float32, alike.First().device);
            if (NativeUnit.Obstacle is null) NativeUnit.Call(isWide ? "multiply" : "multiply_wide", alike.ToArray(), factor);
            else foreach (var t in alike) t.copy_(isWide ? t.mul(factor) : t.to(ScalarType.Float32).mul_(factor));
        }
    }

    /// <summary>Moves each tensor a part of the way to another: <c>from + weight * (to - from)</c>.</summary>
    /// <param name="from">What is moved.</param>
    /// <param name="to">Where to.</param>
    /// <param name="weight">The part of the way, in [0, 1].</param>
    public static void Lerp(Tensor[] from, Tensor[] to, double weight)
    {
        using var _ = no_grad();
        using var part = weight.ToScalar();
        if (NativeUnit.Obstacle is null) NativeUnit.Call("lerp", from, to, part);
        else foreach (var (a, b) in from.Zip(to)) a.lerp_(b, part);
    }

    /// <summary>Copies values.</summary>
    /// <param name="to">What receives them.</param>
    /// <param name="from">What has them.</param>
    public static void Copy(Tensor[] to, Tensor[] from)
    {
        using var _ = no_grad();
        if (NativeUnit.Obstacle is null) NativeUnit.Call("copy", to, from);
        else foreach (var (a, b) in to.Zip(from)) a.copy_(b);
    }

    /// <summary>
    /// Adaptive gradient clipping (Brock et al., "High-Performance Large-Scale Image Recognition Without Normalization", 2021; timm's
    /// <c>adaptive_clip_grad</c>): each output unit's gradient is at most a part of the norm of the unit's weights.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradients">Their gradients, one each.</param>
    /// <param name="factor">The part.</param>
    /// <param name="eps">The least norm that weights count with.</param>
    public static void ClipAdaptively(Tensor[] parameters, Tensor[] gradients, double factor, double eps)
    {
        using var _ = no_grad();
        if (NativeUnit.Obstacle is null)
        {
            using var part = factor.ToScalar();
            using var least = eps.ToScalar();
            NativeUnit.Call("adaptive", parameters, gradients, part, least);
            return;
        }

        foreach (var (p, g) in parameters.Zip(gradients)) ClipUnits(p, g, factor, eps);
    }

    private static void ClipUnits(Tensor parameter, Tensor gradient, double factor, double eps)
    {
        using var scope = NewDisposeScope();
        var dims = parameter.dim() <= 1 ? null : Enumerable.Range(1, (int)parameter.dim() - 1).Select(d => (long)d).ToArray();
        var (weights, wide) = (parameter.to(ScalarType.Float32), gradient.to(ScalarType.Float32));
        var most = linalg.vector_norm(weights, 2, dims, keepdim: true).clamp_min(eps) * factor;
        var norm = linalg.vector_norm(wide, 2, dims, keepdim: true);
        gradient.copy_(wide * (most / norm.clamp_min(1e-6)).clamp_max(1.0));
    }
}
