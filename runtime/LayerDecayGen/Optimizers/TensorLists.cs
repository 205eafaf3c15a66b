using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Operations on whole lists of tensors, one native call each, for gradient clipping, averaging of weights and the like. Tensors of a list
/// have one device. Nothing is recorded for autograd.
/// </summary>
public static class TensorLists
{
    /// <summary>The p-norm of all elements of all tensors, as <c>torch.nn.utils.clip_grad_norm_</c> measures it.</summary>
    /// <param name="tensors">At least one tensor.</param>
    /// <param name="p">The norm: 1, 2, infinity or any other order.</param>
    /// <returns>A 0-dimensional tensor on the tensors' device, so that nothing waits for the device.</returns>
    public static Tensor Norm(Tensor[] tensors, double p)
    {
        using var _ = no_grad();
        if (NativeUnit.Obstacle is null)
            return (Tensor)(p == 2 && Array.TrueForAll(tensors, t => SumsProducts(t, tensors[0].dtype))
                ? NativeUnit.Call("euclidean_norm", [tensors])
                : NativeUnit.Call("norm", tensors, p.ToScalar()))!;
        using var scope = NewDisposeScope();
        var all = stack(tensors.Select(t => linalg.vector_norm(t, p)));
        return linalg.vector_norm(all, p).MoveToOuterDisposeScope();
    }

    // A processor's dot product costs less than a reduction, but sums half precision in half precision.
    private static bool SumsProducts(Tensor tensor, ScalarType dtype) =>
        tensor.dtype == dtype && dtype is (ScalarType.Float32 or ScalarType.Float64) && tensor.device_type == DeviceType.CPU;

    /// <summary>Multiplies gradients by <c>most / (total + 1e-6)</c> where that is below 1, as <c>clip_grad_norm_</c> does.</summary>
    /// <param name="tensors">The gradients.</param>
    /// <param name="total">Their norm, 0-dimensional.</param>
    /// <param name="most">The largest norm.</param>
    public static void ClipToNorm(Tensor[] tensors, Tensor total, double most)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var factor = (full_like(total, most) / (total + 1e-6)).clamp_max(1.0);
        if (NativeUnit.Obstacle is null) NativeUnit.Call("multiply", tensors, factor);
        else foreach (var t in tensors) t.mul_(factor);
    }

    /// <summary>Cuts every element to [-most, most].</summary>
    /// <param name="tensors">The gradients.</param>
    /// <param name="most">The largest absolute value.</param>
    public static void Clamp(Tensor[] tensors, double most)
    {
        using var _ = no_grad();
        if (NativeUnit.Obstacle is null) NativeUnit.Call("clamp", tensors, most.ToScalar());
        else foreach (var t in tensors) t.clamp_(-most, most);
    }

    /// <summary>Multiplies every element.</summary>
    /// <param name="tensors">The tensors.</param>
    /// <param name="by">The factor.</param>
    public static void Multiply(Tensor[] tensors, double by)
    {
        using var _ = no_grad();
        using var factor = tensor(by, tensors[0].dtype, tensors[0].device);
        if (NativeUnit.Obstacle is null) NativeUnit.Call("multiply", tensors, factor);
        else foreach (var t in tensors) t.mul_(factor);
    }

    /// <summary>Moves each tensor a part of the way to another: <c>from + weight * (to - from)</c>.</summary>
    /// <param name="from">What is moved.</param>
    /// <param name="to">Where to.</param>
    /// <param name="weight">The part of the way, in [0, 1].</param>
    public static void Lerp(Tensor[] from, Tensor[] to, double weight)
    {
        using var _ = no_grad();
        if (NativeUnit.Obstacle is null) NativeUnit.Call("lerp", from, to, weight.ToScalar());
        else foreach (var (a, b) in from.Zip(to)) a.lerp_(b, weight.ToScalar());
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
            NativeUnit.Call("adaptive", parameters, gradients, factor.ToScalar(), eps.ToScalar());
            return;
        }

        foreach (var (p, g) in parameters.Zip(gradients)) ClipUnits(p, g, factor, eps);
    }

    private static void ClipUnits(Tensor parameter, Tensor gradient, double factor, double eps)
    {
        using var scope = NewDisposeScope();
        var dims = parameter.dim() <= 1 ? null : Enumerable.Range(1, (int)parameter.dim() - 1).Select(d => (long)d).ToArray();
        var most = linalg.vector_norm(parameter, 2, dims, keepdim: true).clamp_min(eps) * factor;
        var norm = linalg.vector_norm(gradient, 2, dims, keepdim: true);
        gradient.mul_((most / norm.clamp_min(1e-6)).clamp_max(1.0));
    }
}
