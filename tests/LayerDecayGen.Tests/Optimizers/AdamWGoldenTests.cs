using System.Text.Json;
using LayerDecayGen.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.AdamW;
using Ours = LayerDecayGen.Optimizers.AdamW;

namespace LayerDecayGen.Tests.Optimizers;

[Category("Golden")]
public sealed class AdamWGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("optimizers", "torch_adamw");

    [TestCaseSource(nameof(Cases))]
    public void FollowsTheTrajectoryOfPyTorch(GoldenCase of)
    {
        var golden = of.Json;
        var dtype = OptimizerGoldens.Dtype(golden);
        var tolerance = dtype == ScalarType.Float64 ? 1e-10 : 1e-5;
        var parameters = OptimizerGoldens.Parameters(golden.GetProperty("initial"), dtype);
        using var optimizer = Create(golden, parameters);
        var rates = optimizer.ParamGroups.Select(g => g.LearningRate).ToArray();
        for (var step = 0; step < golden.GetProperty("gradients").GetArrayLength(); step++)
        {
            if (golden.TryGetProperty("lr_factors", out var factors))
                foreach (var (group, rate) in optimizer.ParamGroups.Zip(rates)) group.LearningRate = rate * factors[step].GetDouble();
            OptimizerGoldens.SetGradients(parameters, golden.GetProperty("gradients")[step]);
            optimizer.step();
            foreach (var (name, parameter) in parameters)
                OptimizerGoldens.AssertClose(parameter, golden.GetProperty("values")[step].GetProperty(name), tolerance, $"step {step} {name}");
        }

        Assert.That(optimizer.Kernels.Select(k => k.Kernel), Is.All.EqualTo(Kernel.Fused));
        AssertState(golden, parameters, optimizer, tolerance);
    }

    private static Ours Create(JsonElement golden, Dictionary<string, Parameter> parameters)
    {
        var groups = golden.GetProperty("groups").EnumerateArray().ToList();
        var sources = BareGroups.Of([.. groups.Select((g, i) => BareGroups.Group(
            $"{i}", g.GetProperty("lr").GetDouble(), g.GetProperty("weight_decay").GetDouble(),
            [.. g.GetProperty("params").EnumerateArray().Select(p => (p.GetString()!, parameters[p.GetString()!]))]))]);
        var optimizer = OptimizerFactory.AdamW(sources, new Stock.Options
        {
            LearningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0, amsgrad = false, maximize = false,
        }, new());
        foreach (var (group, json) in optimizer.ParamGroups.Cast<ParamGroup<Stock.Options>>().Zip(groups))
        {
            (group.Options.beta1, group.Options.beta2) = (json.GetProperty("betas")[0].GetDouble(), json.GetProperty("betas")[1].GetDouble());
            (group.Options.eps, group.Options.amsgrad, group.Options.maximize) =
                (json.GetProperty("eps").GetDouble(), json.GetProperty("amsgrad").GetBoolean(), json.GetProperty("maximize").GetBoolean());
        }

        return optimizer;
    }

    private static void AssertState(JsonElement golden, Dictionary<string, Parameter> parameters, Stock optimizer, double tolerance)
    {
        var states = optimizer.state_dict().State.Cast<Stock.State>().ToList();
        var order = optimizer.parameters().Select(p => parameters.Single(e => ReferenceEquals(e.Value, p)).Key).ToList();
        foreach (var (name, state) in order.Zip(states))
        {
            var expected = golden.GetProperty("final_state").GetProperty(name);
            if (!expected.TryGetProperty("step", out var step)) continue;
            Assert.That(state.step, Is.EqualTo((long)step.GetDouble()), $"{name} step");
            OptimizerGoldens.AssertClose(state.exp_avg, expected.GetProperty("exp_avg"), tolerance, $"{name} exp_avg");
            OptimizerGoldens.AssertClose(state.exp_avg_sq, expected.GetProperty("exp_avg_sq"), tolerance, $"{name} exp_avg_sq");
            if (expected.TryGetProperty("max_exp_avg_sq", out var max))
                OptimizerGoldens.AssertClose(state.max_exp_avg_sq, max, tolerance, $"{name} max_exp_avg_sq");
        }
    }
}
