using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Training;

/// <summary>The norm of gradients of float32, however large they are: never summed less exactly than <c>clip_grad_norm_</c> sums it.</summary>
public class NormTests
{
    [TestCase(1_000)]
    [TestCase(1_000_000)]
    [TestCase(20_000_000)]
    public void IsNoLessExactThanTheReference(int elements)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var gradient = randn(elements, dtype: ScalarType.Float32) * 1e-3;
        var exact = Math.Sqrt(gradient.to(ScalarType.Float64).square().sum().item<double>());
        var reference = Math.Abs((nn.utils.clip_grad_norm_([WithGradient(gradient)], 1e30) / exact) - 1);
        var ours = Math.Abs((TensorLists.Norm([gradient], 2).item<double>() / exact) - 1);
        TestContext.Out.WriteLine($"{elements}: ours {ours:E1}, clip_grad_norm_ {reference:E1}");
        Assert.That(ours, Is.LessThan(Math.Max(reference, 1e-6)));
    }

    private static TorchSharp.Modules.Parameter WithGradient(Tensor gradient)
    {
        var parameter = new TorchSharp.Modules.Parameter(zeros_like(gradient));
        parameter.grad = gradient.clone();
        return parameter;
    }
}
