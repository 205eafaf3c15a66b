using LayerDecayGen.Tests.Optimizers;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Training;

[Category("Golden")]
public sealed class ClippingGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("optimizers", "torch_clip_grad");

    [TestCaseSource(nameof(Cases))]
    public void CutsAsPyTorch(GoldenCase golden)
    {
        var json = golden.Json;
        var dtype = OptimizerGoldens.Dtype(json);
        var kwargs = json.GetProperty("kwargs");
        if (kwargs.NumberAt("max_norm") == 0)
        {
            // torch takes 0 and trains nothing; here a bound must be above 0.
            Assert.That(() => Clipping.ByNorm(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            return;
        }

        var parameters = json.GetProperty("gradients").EnumerateObject().ToDictionary(g => g.Name, _ => new Parameter(zeros(1, dtype: dtype)));
        OptimizerGoldens.SetGradients(parameters, json.GetProperty("gradients"));
        var clipping = json.TextAt("function") == "clip_grad_value_"
            ? Clipping.ByValue(kwargs.GetProperty("clip_value").Number())
            : Clipping.ByNorm(
                kwargs.GetProperty("max_norm").Number(), kwargs.NumberAt("norm_type") ?? 2, errorIfNonFinite: kwargs.FlagAt("error_if_nonfinite") ?? false);
        var tolerance = dtype == ScalarType.Float64 ? 1e-12 : 1e-6;
        if (golden.ExpectsError) Assert.That(() => clipping.Apply(parameters.Values), Throws.InvalidOperationException);
        else
        {
            var norm = clipping.Apply(parameters.Values);
            if (json.Field("total_norm") is { } total) Assert.That(norm, Matches(total.Number(), tolerance));
        }

        foreach (var (name, parameter) in parameters)
            if (json.GetProperty("clipped").Field(name) is { } expected) OptimizerGoldens.AssertClose(parameter.grad!, expected, tolerance, name);
            else Assert.That(parameter.grad, Is.Null, name);
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Matches(double value, double tolerance) =>
        double.IsFinite(value) ? Is.EqualTo(value).Within(tolerance * Math.Max(1, value)) : Is.EqualTo(value);
}
