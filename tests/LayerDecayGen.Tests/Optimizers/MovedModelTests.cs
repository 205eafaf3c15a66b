using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Ours = LayerDecayGen.GroupOptimizer;
using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen.Tests.Optimizers;

public sealed class MovedModelTests
{
    private static (Sequential Model, Ours Optimizer) Create()
    {
        manual_seed(3);
        var model = nn.Sequential(("tokens", nn.Embedding(6, 4)), ("linear", nn.Linear(4, 2)));
        var source = new Dictionary<string, Parameter>(StringComparer.Ordinal);
        void Refresh()
        {
            foreach (var (name, parameter) in model.named_parameters()) source[name] = parameter;
        }

        Refresh();
        var names = source.Keys.ToArray();
        var groups = new GroupSources([new GroupSource("all", names, () => [.. names.Select(n => source[n])], 0.1, 0.01)], Refresh);
        var defaults = new Stock.Options { LearningRate = 0.1, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0, amsgrad = true, maximize = false };
        return (model, BareGroups.AdamW(groups, defaults, new()));
    }

    private static void Backward(Sequential model)
    {
        model.zero_grad();
        using var loss = model.call(tensor([0L, 2, 5])).square().sum();
        loss.backward();
    }

    [TestCase("linear", "'linear.weight' of group 'all' was disposed")]
    [TestCase("tokens", "'tokens.weight' of group 'all' was Float32 and is Float64")]
    public void IsSaidAtTheStepWithTheRemedy(string part, string message)
    {
        var (model, optimizer) = Create();
        Backward(model);
        optimizer.step();
        model.named_children().Single(c => c.name == part).module.to(ScalarType.Float64);
        Assert.That(() => optimizer.step(), Throws.InvalidOperationException.With.Message.Contains(message).And.Message.Contains("Rebind()"));
    }

    [Test]
    public void RebindKeepsTheStateAndGoesOn()
    {
        var (model, optimizer) = Create();
        var (straight, reference) = Create();
        for (var step = 0; step < 6; step++)
        {
            if (step == 3)
            {
                model.to(ScalarType.Float64);
                optimizer.Rebind();
            }

            Backward(model);
            Backward(straight);
            optimizer.step();
            reference.step();
        }

        foreach (var ((name, moved), (_, stayed)) in model.named_parameters().Zip(straight.named_parameters()))
        {
            Assert.That(moved.dtype, Is.EqualTo(ScalarType.Float64), name);
            Assert.That((moved - stayed).abs().max().item<double>(), Is.LessThan(1e-5), name);
        }

        Assert.That(optimizer.state_dict().State.Cast<Stock.State>().Select(s => (s.step, s.exp_avg.dtype)), Is.All.EqualTo((6L, ScalarType.Float64)));
    }
}
