using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>What every optimizer that is made from groups has to do.</summary>
public sealed class EveryOptimizerTests
{
    private static string[] Names => AllOptimizers.Names;

    private static (TestModel Model, OptimizerHelper Optimizer) Make(string name, StepOptions? step = null, ScalarType dtype = ScalarType.Float32)
    {
        manual_seed(1);
        var model = new TestModel();
        model.to(dtype);
        return (model, AllOptimizers.Create[name](new ParameterGroups(model, new AllOptimizers.NoDecay()), step));
    }

    private static double Train(TestModel model, OptimizerHelper optimizer, int steps)
    {
        using var tokens = arange(5);
        var last = 0.0;
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            var loss = nn.functional.cross_entropy(model.call(tokens).to(ScalarType.Float32), tokens);
            model.zero_grad();
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
        }

        return last;
    }

    [TestCaseSource(nameof(Names))]
    public void LowersTheLoss(string name)
    {
        var (model, optimizer) = Make(name);
        var first = Train(model, optimizer, 1);
        Assert.That(Train(model, optimizer, 40), Is.LessThan(first * 0.97));
        Assert.That(((IGroupOptimizer)optimizer).Kernels, Has.Count.EqualTo(2));
    }

    [TestCaseSource(nameof(Names))]
    public void BearsTheNameOfTheStockOneSoThatFilesInterchange(string name)
    {
        var (_, optimizer) = Make(name);
        Assert.That(optimizer.GetType().Name, Is.EqualTo(name));
        Assert.That(optimizer.GetType().BaseType!.FullName, Is.EqualTo($"TorchSharp.Modules.{name}"));
    }

    [TestCaseSource(nameof(Names))]
    public void GoesOnFromASavedStateExactly(string name)
    {
        var (model, optimizer) = Make(name);
        Train(model, optimizer, 3);
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        optimizer.save_state_dict(writer);
        var (copy, resumed) = Make(name);
        copy.load_state_dict(model.state_dict());
        stream.Position = 0;
        resumed.load_state_dict(new BinaryReader(stream));
        Train(model, optimizer, 3);
        Train(copy, resumed, 3);
        foreach (var ((parameter, a), (_, b)) in model.named_parameters().Zip(copy.named_parameters())) Assert.That(a.Equals(b), parameter);
    }

    [TestCaseSource(nameof(Names))]
    public void AParameterWithoutGradientIsLeftAlone(string name)
    {
        var (model, optimizer) = Make(name);
        Train(model, optimizer, 2);
        model.zero_grad();
        var before = model.head.weight.clone();
        model.norm.weight!.grad = ones_like(model.norm.weight);
        var norm = model.norm.weight.clone();
        optimizer.step();
        Assert.That(model.head.weight.Equals(before), Is.True);
        Assert.That(model.norm.weight.Equals(norm), Is.False);
    }

    [TestCaseSource(nameof(Names))]
    public void HalfPrecisionHasFloat32StateAndMasters(string name)
    {
        var (model, optimizer) = Make(name, new StepOptions(), ScalarType.BFloat16);
        Train(model, optimizer, 3);
        Assert.That(model.parameters().Select(p => p.dtype), Is.All.EqualTo(ScalarType.BFloat16));
        var tensors = optimizer.state_dict().State.SelectMany(s => s.GetType().GetFields().Select(f => f.GetValue(s)).OfType<Tensor>()).ToList();
        if (name != "RMSProp") Assert.That(tensors.Select(t => t.dtype), Is.All.EqualTo(ScalarType.Float32));
        Assert.That(tensors.Any(t => t.dtype == ScalarType.Float32), Is.True);
    }

    [TestCaseSource(nameof(Names))]
    public void MetaParametersStep(string name)
    {
        var model = new TestModel();
        model.to(META);
        var plain = model.named_parameters().Where(p => !p.name.StartsWith("embed", StringComparison.Ordinal)).ToList();
        foreach (var p in plain) p.parameter.grad = zeros_like(p.parameter);
        using var optimizer = AllOptimizers.Create[name](new ParameterGroups(model, new AllOptimizers.NoDecay()), new StepOptions { OnFallback = _ => { } });
        optimizer.step();
        Assert.That(((IGroupOptimizer)optimizer).Kernels.Select(k => k.Kernel), Is.All.EqualTo(Kernel.Foreach));
    }

    [TestCaseSource(nameof(Names))]
    public void CudaParametersStep(string name)
    {
        if (!cuda.is_available()) Assert.Ignore("There is no CUDA device here.");
        var model = new TestModel();
        model.cuda();
        using var optimizer = AllOptimizers.Create[name](new ParameterGroups(model, new AllOptimizers.NoDecay()), null);
        foreach (var p in model.parameters()) p.grad = ones_like(p);
        for (var i = 0; i < 3; i++) optimizer.step();
        Assert.That(optimizer.state_dict().State.SelectMany(s => s.GetType().GetFields().Select(f => f.GetValue(s)).OfType<Tensor>())
            .Select(t => t.device_type), Is.All.EqualTo(DeviceType.CUDA));
    }

    [Test]
    public void OptionsOfSingleGroupsCanBeChanged()
    {
        var groups = new ParameterGroups(new TestModel(), new AllOptimizers.NoDecay());
        using var optimizer = groups.CreateSGD(0.1, momentum: 0.9, configure: (group, options) => options.momentum = group.LearningRateScale < 1 ? 0 : 0.8);
        Assert.That(
            optimizer.ParamGroups.Cast<Stock.SGD.ParamGroup>().Select(g => g.Options.momentum!.Value),
            Is.EqualTo(groups.Select(g => g.LearningRateScale < 1 ? 0 : 0.8)));
    }

    [Test]
    public void RpropRefusesGroupsWithWeightDecay() =>
        Assert.That(() => new TestGroups(new TestModel()).CreateRprop(0.01), Throws.ArgumentException.With.Message.Contains("Rprop has no weight decay"));

    [Test]
    public void SgdRefusesNesterovWithoutMomentum() =>
        Assert.That(() => new TestGroups(new TestModel()).CreateSGD(0.01, nesterov: true), Throws.ArgumentException.With.Message.Contains("nesterov"));

    [Test]
    public void AUsersOwnOptimizerPlugsIn()
    {
        var groups = new TestGroups(new TestModel());
        using var optimizer = groups.CreateOptimizer(gs => new Stock.SGD(gs.Select(g => new Stock.SGD.ParamGroup(
            g.Parameters, new Stock.SGD.Options { LearningRate = g.LearningRate(0.1), weight_decay = g.WeightDecay })), 0.1));
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(groups.Select(g => g.LearningRate(0.1))));
        Assert.That(
            () => new TestGroups(new TestModel()).CreateOptimizer(gs => optim.SGD(gs[0].Parameters, 0.1)),
            Throws.InvalidOperationException.With.Message.Contains("'head.weight'"));
    }

    [Test]
    public void TwoOptimizersShareAModelByRole()
    {
        var groups = new TestGroups(new TestModel());
        static bool Matrix(ParameterFact fact) => fact.Dimensions == 2;
        using var matrices = groups.CreateSGD(0.1, step: new StepOptions { ParameterFilter = Matrix });
        using var rest = groups.CreateAdamW(1e-3, step: new StepOptions { ParameterFilter = f => !Matrix(f) });
        groups.EnsureEachOnce(matrices, rest);
        Assert.That(matrices.parameters().Select(p => p.dim()), Is.All.EqualTo(2));
        Assert.That(rest.parameters().Select(p => p.dim()), Is.All.LessThan(2));
        Assert.That(() => groups.EnsureEachOnce(rest), Throws.InvalidOperationException.With.Message.Contains("no optimizer holds 'embed.weight'"));
        Assert.That(() => groups.EnsureEachOnce(rest, rest, matrices), Throws.InvalidOperationException.With.Message.Contains("'norm.weight'"));
    }
}
