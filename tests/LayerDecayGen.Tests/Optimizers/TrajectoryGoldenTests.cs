using System.Text.Json;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Every optimizer, on every kernel it has, follows PyTorch's weights step by step and ends in PyTorch's state.</summary>
[Category("Golden")]
public sealed class TrajectoryGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases(
        "optimizers", "torch_adamw", "torch_adam", "torch_sgd", "torch_rmsprop", "torch_adagrad", "torch_adadelta", "torch_adamax", "torch_nadam",
        "torch_nadam_corrected", "torch_radam", "torch_asgd", "torch_rprop");

    [TestCaseSource(nameof(Cases))]
    public void FollowsPyTorch(GoldenCase golden)
    {
        Follow(golden, new() { Backend = StepBackend.Fused });
        Follow(golden, new() { Backend = StepBackend.Foreach });
    }

    // torch keeps the numbers of NAdam and ASGD in float32 even for float64 parameters.
    private static double Tolerance(GoldenCase golden, ScalarType dtype) =>
        dtype != ScalarType.Float64 ? 1e-5 : golden.Json.GetProperty("optimizer").GetString() is "NAdam" or "ASGD" ? 1e-6 : 1e-10;

    private static void Follow(GoldenCase golden, StepOptions how)
    {
        var json = golden.Json;
        var dtype = OptimizerGoldens.Dtype(json);
        var tolerance = Tolerance(golden, dtype);
        var parameters = OptimizerGoldens.Parameters(json.GetProperty("initial"), dtype);
        using var optimizer = GoldenOptimizers.Create(golden, parameters, how);
        var rates = optimizer.ParamGroups.Select(g => g.LearningRate).ToArray();
        for (var step = 0; step < json.GetProperty("gradients").GetArrayLength(); step++)
        {
            if (json.Field("lr_factors") is { } factors)
                foreach (var (group, rate) in optimizer.ParamGroups.Zip(rates)) group.LearningRate = rate * factors[step].Number();
            OptimizerGoldens.SetGradients(parameters, json.GetProperty("gradients")[step]);
            optimizer.step();
            foreach (var (name, parameter) in parameters)
                OptimizerGoldens.AssertClose(
                    parameter, json.GetProperty("values")[step].GetProperty(name), tolerance, $"{how.Backend} step {step} {name}");
        }

        var states = optimizer.parameters().Zip(optimizer.state_dict().State).ToList();
        foreach (var (name, parameter) in parameters)
            AssertState(json.GetProperty("final_state").GetProperty(name), states.Single(s => ReferenceEquals(s.First, parameter)).Second, tolerance, name);
    }

    // TorchSharp's state fields bear PyTorch's names.
    private static void AssertState(JsonElement expected, OptimizerState state, double tolerance, string name)
    {
        foreach (var entry in expected.EnumerateObject())
        {
            var field = state.GetType().GetField(entry.Name);
            Assert.That(field, Is.Not.Null, $"{name} {entry.Name}");
            var value = field!.GetValue(state);
            if (value is Tensor tensor) OptimizerGoldens.AssertClose(tensor, entry.Value, tolerance, $"{name} {entry.Name}");
            else Assert.That(Convert.ToDouble(value), Is.EqualTo(entry.Value.Number()).Within(1e-4).Percent, $"{name} {entry.Name}");
        }
    }
}
