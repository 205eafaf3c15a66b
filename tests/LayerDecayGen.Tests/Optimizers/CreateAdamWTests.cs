using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Optimizers;

public sealed class CreateAdamWTests
{
    [Test]
    public void GroupsCarryTheirRatesAndDecaysAndEveryOption()
    {
        var groups = new TestGroups(new TestModel());
        using var optimizer = groups.CreateAdamW(1e-3, beta1: 0.8, beta2: 0.95, eps: 1e-6, amsgrad: true);
        var made = optimizer.ParamGroups.Cast<TorchSharp.Modules.AdamW.ParamGroup>().ToList();
        Assert.That(made.Select(g => g.LearningRate), Is.EqualTo(groups.Select(g => g.LearningRate(1e-3))));
        Assert.That(made.Select(g => g.Options.weight_decay), Is.EqualTo(groups.Select(g => g.WeightDecay)));
        Assert.That(made.Select(g => (g.Betas, g.Options.eps, g.Options.amsgrad)), Is.All.EqualTo(((0.8, 0.95), 1e-6, true)));
        Assert.That(groups.InUse, Is.True);
    }

    [Test]
    public void TrainsAModel()
    {
        manual_seed(1);
        var model = new TestModel();
        using var optimizer = new TestGroups(model).CreateAdamW(0.05);
        var (first, last) = (Step(model, optimizer), 0f);
        for (var i = 0; i < 30; i++) last = Step(model, optimizer);
        Assert.That(last, Is.LessThan(first / 2));
        Assert.That(optimizer.Backends.Select(k => k.Backend), Is.All.EqualTo(StepBackend.Fused));
    }

    private static float Step(TestModel model, optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        var tokens = arange(5);
        var loss = nn.functional.cross_entropy(model.call(tokens), tokens);
        model.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.to(ScalarType.Float32).item<float>();
    }

    [Test]
    public void RebindFollowsAModelThatMoved()
    {
        var model = new TestModel();
        var groups = new TestGroups(model);
        using var optimizer = groups.CreateAdamW(0.01);
        Step(model, optimizer);
        model.to(ScalarType.Float64);
        Assert.That(() => optimizer.step(), Throws.InvalidOperationException.With.Message.Contains("Rebind()"));
        optimizer.Rebind();
        Step(model, optimizer);
        Assert.That(optimizer.parameters().Select(p => p.dtype), Is.All.EqualTo(ScalarType.Float64));
    }

    [Test]
    public void AnOptimizerOverAModelThatMovedIsRefused()
    {
        var model = new TestModel();
        var groups = new TestGroups(model);
        model.to(ScalarType.Float64);
        Assert.That(() => groups.CreateAdamW(0.01), Throws.InvalidOperationException.With.Message.Contains("Rebind()"));
    }

    private sealed class NoDecayStated : IRecipe
    {
        public string Name => "none stated";

        public Plan Plan(ModelFacts facts) => new([.. facts.Parameters.Select(f => new PlannedParameter(f, f.Layer, 1, null))]);
    }

    [Test]
    public void WeightDecayThatNobodyStatedIsAnError()
    {
        var groups = new ParameterGroups(new TestModel(), new NoDecayStated());
        Assert.That(() => groups.CreateAdamW(1e-3), Throws.ArgumentException.With.Message.Contains("states no weight decay").And.Message.Contains("weightDecay"));
        using var optimizer = groups.CreateAdamW(1e-3, weightDecay: 0.05);
        Assert.That(optimizer.ParamGroups.Cast<TorchSharp.Modules.AdamW.ParamGroup>().Select(g => g.Options.weight_decay), Is.All.EqualTo(0.05));
    }

    [TestCase(-1, 0.9, 1e-8, "learningRate", "-1")]
    [TestCase(double.NaN, 0.9, 1e-8, "learningRate", "NaN")]
    [TestCase(1e-3, 1, 1e-8, "beta1", "[0, 1)")]
    [TestCase(1e-3, 0.9, -1, "eps", "-1")]
    public void ANumberOutOfRangeIsNamed(double learningRate, double beta1, double eps, string name, string says) =>
        Assert.That(
            () => new TestGroups(new TestModel()).CreateAdamW(learningRate, beta1, eps: eps),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains(name).And.Message.Contains(says));
}
