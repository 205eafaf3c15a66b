using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>What every optimizer that is made from groups has to do.</summary>
public sealed class EveryOptimizerTests
{
    private static string[] Names => AllOptimizers.Names;

    private static (TestModel Model, GroupOptimizer Optimizer) Make(string name, StepOptions? step = null, ScalarType dtype = ScalarType.Float32)
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
        Assert.That(optimizer.Backends, Has.Count.EqualTo(2));
    }

    private static OptimizerHelper StockOf(TestModel model, GroupOptimizer ours)
    {
        // The same numbers in TorchSharp's optimizer of that name, which two optimizers give by the same rule.
        var type = typeof(Stock.SGD).Assembly.GetType($"TorchSharp.Modules.{ours.Name}")!;
        var (groupType, optionsType) = (type.GetNestedType("ParamGroup")!, type.GetNestedType("Options")!);
        var live = model.parameters().ToDictionary(p => p.Handle);
        var groups = Array.CreateInstance(groupType, ours.ParamGroups.Count());
        foreach (var (i, group) in ours.ParamGroups.Cast<ParamGroup>().Index())
        {
            var options = Activator.CreateInstance(optionsType)!;
            foreach (var field in optionsType.GetFields()) field.SetValue(options, field.GetValue(group.Options));
            ((OptimizerOptions)options).LearningRate = group.LearningRate;
            groups.SetValue(Activator.CreateInstance(groupType, group.Parameters, options), i);
        }

        var make = type.GetConstructors().Single(c => c.GetParameters()[0].ParameterType.GetGenericArguments()[0] != typeof(Parameter));
        return (OptimizerHelper)make.Invoke([groups, .. make.GetParameters().Skip(1).Select(p => p.HasDefaultValue ? p.DefaultValue : 0.01)]);
    }

    // TorchSharp multiplies RAdam's rectified update by the rate twice, so its arithmetic is another.
    private static string[] AlikeStock => [.. Names.Where(n => n != "RAdam")];

    [Test]
    public void StateGoesToStockAndBack([ValueSource(nameof(AlikeStock))] string name, [Values] bool inMemory)
    {
        var (model, optimizer) = Make(name);
        Train(model, optimizer, 3);
        var (twin, other) = Make(name);
        twin.load_state_dict(model.state_dict());
        using var stock = StockOf(twin, other);
        AllOptimizers.Exchange(optimizer, stock, inMemory);
        Train(model, optimizer, 3);
        Train(twin, stock, 3);
        AssertClose(model, twin, 2e-6);
        AllOptimizers.Exchange(stock, optimizer, inMemory);
        model.load_state_dict(twin.state_dict());
        Train(model, optimizer, 3);
        Train(twin, stock, 3);
        AssertClose(model, twin, 2e-6);
    }

    private static void AssertClose(TestModel a, TestModel b, double tolerance)
    {
        foreach (var ((name, x), (_, y)) in a.named_parameters().Zip(b.named_parameters()))
            Assert.That((x - y).abs().max().to(ScalarType.Float64).item<double>(), Is.LessThan(tolerance), name);
    }

    [TestCaseSource(nameof(Names))]
    public void RefusesTheStateOfAnotherOptimizer(string name)
    {
        var (_, optimizer) = Make(name);
        var (_, other) = Make(name == "SGD" ? "Rprop" : "SGD");
        Assert.That(() => optimizer.load_state_dict(other.state_dict()), Throws.ArgumentException.With.Message.Contains($"is of {other.Name}, and this is {name}"));
    }

    [TestCaseSource(nameof(Names))]
    public void StockSchedulersDoToItWhatTheyDoToStock(string name)
    {
        var (model, ours) = Make(name);
        using var stock = StockOf(model, ours);
        var rates = ours.ParamGroups.Select(g => g.LearningRate).ToArray();
        var hasMomentum = name is not ("Adagrad" or "Adadelta" or "ASGD" or "Rprop");
        var schedulers = new List<Func<OptimizerHelper, optim.lr_scheduler.LRScheduler>>
        {
            o => optim.lr_scheduler.OneCycleLR(o, rates, total_steps: 10, cycle_momentum: hasMomentum, div_factor: 4, final_div_factor: 100),
            o => optim.lr_scheduler.CosineAnnealingLR(o, 9),
        };
        if (name is "SGD" or "RMSProp") schedulers.Add(o => optim.lr_scheduler.CyclicLR(o, [.. rates.Select(r => r / 10)], rates, step_size_up: 2));
        foreach (var make in schedulers)
        {
            var (a, b) = (make(ours), make(stock));
            for (var i = 0; i < 9; i++)
            {
                Assert.That(ours.ParamGroups.Select(g => (g.LearningRate, OptimizerGroup.Momentum(g))), Is.EqualTo(stock.ParamGroups.Select(g => (g.LearningRate, OptimizerGroup.Momentum(g)))));
                a.step();
                b.step();
            }
        }

        Assert.That(ours.ParamGroups.Select(g => g.LearningRate), Is.Not.EqualTo(rates));
    }

    [TestCaseSource(nameof(Names))]
    public void GroupsCanBeAddedLater(string name)
    {
        var (model, optimizer) = Make(name);
        Train(model, optimizer, 1);
        var late = new Parameter(ones(3));
        var like = (ParamGroup)optimizer.ParamGroups.First();
        var group = (ParamGroup)Activator.CreateInstance(like.GetType(), new Parameter[] { late }, Activator.CreateInstance(like.Options.GetType()))!;
        optimizer.add_param_group(group);
        late.grad = ones(3);
        optimizer.step();
        Assert.That(late.lt(1).all().item<bool>(), Is.True);
        Assert.That(() => optimizer.add_param_group(group), Throws.ArgumentException.With.Message.Contains("stepped twice"));
        Assert.That(
            () => optimizer.add_param_group(new ParamGroup<OptimizerOptions>([new Parameter(ones(1))], new OptimizerOptions())),
            Throws.ArgumentException.With.Message.Contains($"this is {name}"));
        var complex = (ParamGroup)Activator.CreateInstance(like.GetType())!;
        complex.Parameters = [new Parameter(ones(2, dtype: ScalarType.ComplexFloat32))];
        Assert.That(() => optimizer.add_param_group(complex), Throws.ArgumentException.With.Message.Contains("floating-point"));
        Assert.That(optimizer.ParamGroups.Count(), Is.EqualTo(3));
    }

    [Test]
    public void RebindMovesTheStateOnEveryBackend([ValueSource(nameof(Names))] string name, [Values(StepBackend.Fused, StepBackend.Stock)] StepBackend backend)
    {
        var (model, optimizer) = Make(name, new StepOptions { Backend = backend });
        Train(model, optimizer, 2);
        var initial = optimizer.ParamGroups.Select(g => g.InitialLearningRate).ToArray();
        foreach (var group in optimizer.ParamGroups) group.LearningRate /= 2;
        var (twin, straight) = Make(name, new StepOptions { Backend = backend });
        Train(twin, straight, 2);
        foreach (var group in straight.ParamGroups) group.LearningRate /= 2;
        model.to(ScalarType.Float64);
        optimizer.Rebind();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Train(model, optimizer, 2);
        Train(twin, straight, 2);
        AssertClose(model, twin, 1e-5);
        Assert.That(optimizer.ParamGroups.Select(g => g.InitialLearningRate), Is.EqualTo(initial));
    }

    [TestCaseSource(nameof(Names))]
    public void ADisposedOptimizerSaysSo(string name)
    {
        var (_, optimizer) = Make(name);
        optimizer.Dispose();
        optimizer.Dispose();
        foreach (Action call in new Action[] { () => optimizer.step(), optimizer.zero_grad, optimizer.Rebind })
            Assert.That(() => call(), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCaseSource(nameof(Names))]
    public void AStepInsideAStepIsRefused(string name)
    {
        var (_, optimizer) = Make(name);
        Assert.That(() => optimizer.step(() => optimizer.step()!), Throws.InvalidOperationException.With.Message.Contains("is running already"));
        optimizer.step();
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
        Assert.That(optimizer.Backends.Select(k => k.Backend), Is.All.EqualTo(StepBackend.Foreach));
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
