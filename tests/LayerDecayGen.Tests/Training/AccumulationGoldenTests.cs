using System.Text.Json;
using LayerDecayGen.Tests.Optimizers;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Training;

/// <summary>Accumulation, loss factors, clipping and updates as mmengine's OptimWrapper has them, iteration by iteration.</summary>
[Category("Golden")]
public sealed class AccumulationGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("optimizers", "mmengine_optim_wrapper_accumulation");

    [TestCaseSource(nameof(Cases))]
    public void FollowsMMEngine(GoldenCase golden)
    {
        var json = golden.Json;
        var dtype = OptimizerGoldens.Dtype(json);
        var parameters = OptimizerGoldens.Parameters(json.GetProperty("initial"), dtype);
        using var optimizer = GoldenOptimizers.Create(golden, parameters);
        var step = new TrainingStep(new Holder(parameters), optimizer, Options(json));
        var begin = json.IntegerAt("init_counts") ?? 0;
        step.Resume(begin, step.TrainingRun!.UpdatesAfter(begin));
        var trace = json.GetProperty("trace");
        for (var i = 0; i < trace.GetArrayLength(); i++)
        {
            Assert.That(step.Iterations, Is.EqualTo(trace[i].GetProperty("inner_count").GetInt64()), $"count {i}");
            Assert.That(step.NextUpdates, Is.EqualTo(trace[i].GetProperty("should_sync").GetBoolean()), $"sync {i}");
            var result = step.Run(() => Loss(parameters, json.GetProperty("raw_gradients")[i]));
            Assert.That(result.Updated, Is.EqualTo(trace[i].GetProperty("updated").GetBoolean()), $"updated {i}");
            Assert.That((double)result.WindowLength, Is.EqualTo(trace[i].GetProperty("loss_factor").Number()).Within(1e-9), $"factor {i}");
            AssertIteration(trace[i], parameters, result, dtype, i);
        }

        if (golden.ExpectsError)
            Assert.That(() => step.Run(() => Loss(parameters, json.GetProperty("raw_gradients")[trace.GetArrayLength()])), Throws.InvalidOperationException);
    }

    private static TrainingStepOptions Options(JsonElement json) => new()
    {
        Run = json.IntegerAt("max_counts") is { } most and > 0
            ? new(1.Epochs(), most, json.GetProperty("accumulative_counts").GetInt32())
            : new(1_000_000.Updates(), accumulation: json.GetProperty("accumulative_counts").GetInt32()),
        Clipping = json.Field("clip_grad") is not { } clip
            ? null
            : clip.TextAt("type") == "value"
                ? Clipping.ByValue(clip.GetProperty("clip_value").Number())
                : Clipping.ByNorm(clip.GetProperty("max_norm").Number(), clip.NumberAt("norm_type") ?? 2),
    };

    private static Tensor Loss(Dictionary<string, Parameter> parameters, JsonElement raw)
    {
        var loss = zeros(1, dtype: parameters.Values.First().dtype).sum();
        foreach (var (name, parameter) in parameters)
            if (raw.Field(name) is { } gradient) loss = loss + (parameter * OptimizerGoldens.ToTensor(gradient, parameter.dtype)).sum();
        return loss;
    }

    private static void AssertIteration(JsonElement expected, Dictionary<string, Parameter> parameters, StepResult result, ScalarType dtype, int i)
    {
        var tolerance = dtype == ScalarType.Float64 ? 1e-12 : 1e-6;
        if (expected.NumberAt("grad_norm") is { } norm) Assert.That(result.GradientNorm, Is.EqualTo(norm).Within(tolerance * Math.Max(1, norm)), $"norm {i}");
        foreach (var (name, parameter) in parameters)
            OptimizerGoldens.AssertClose(parameter, expected.GetProperty("values").GetProperty(name), tolerance, $"{name} after {i}");
    }

    private sealed class Holder : nn.Module
    {
        public Holder(Dictionary<string, Parameter> parameters) : base(nameof(Holder))
        {
            foreach (var (name, parameter) in parameters) register_parameter(name, parameter);
        }
    }
}
