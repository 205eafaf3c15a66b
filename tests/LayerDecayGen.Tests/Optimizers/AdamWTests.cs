using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Ours = LayerDecayGen.GroupOptimizer;
using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen.Tests.Optimizers;

public sealed class AdamWTests
{
    private static readonly double[] Rates = [1e-2, 3e-3];
    private static readonly double[] Decays = [0.05, 0];

    private static Parameter[][] Model(int seed, ScalarType dtype = ScalarType.Float32)
    {
        manual_seed(seed);
        long[][] shapes = [[7, 5], [7], [3, 4, 2], [1]];
        var all = Array.ConvertAll(shapes, s => new Parameter(randn(s, dtype: dtype)));
        return [[all[0], all[2]], [all[1], all[3]]];
    }

    private static void RandomGradients(IEnumerable<Parameter> parameters, Generator generator, double missing = 0)
    {
        foreach (var p in parameters)
        {
            using var draw = rand(1, generator: generator);
            p.grad = draw.item<float>() < missing ? null : randn(p.shape, dtype: p.dtype, generator: generator);
        }
    }

    private static Ours Create(Parameter[][] groups, StepOptions? step = null, bool amsgrad = false) =>
        BareGroups.AdamW(
            BareGroups.Of([.. groups.Select((g, i) => BareGroups.Group($"g{i}", Rates[i], Decays[i], [.. g.Select((p, j) => ($"p{j}", p))]))]),
            new Stock.Options { LearningRate = 1e-2, beta1 = 0.9, beta2 = 0.99, eps = 1e-8, weight_decay = 0, amsgrad = amsgrad, maximize = false }, step ?? new());

    private static Stock CreateStock(Parameter[][] groups, bool amsgrad = false) =>
        new(groups.Select((g, i) => new Stock.ParamGroup(g, new Stock.Options { LearningRate = Rates[i], weight_decay = Decays[i] })), 1e-2, 0.9, 0.99, amsgrad: amsgrad);

    private static void CopyGradients(Parameter[][] from, Parameter[][] to)
    {
        foreach (var (a, b) in from.SelectMany(g => g).Zip(to.SelectMany(g => g))) b.grad = a.grad?.clone();
    }

    private static void AssertSame(Parameter[][] a, Parameter[][] b, double tolerance)
    {
        foreach (var (x, y) in a.SelectMany(g => g).Zip(b.SelectMany(g => g)))
            Assert.That((x - y).abs().max().to(ScalarType.Float64).item<double>(), Is.LessThanOrEqualTo(tolerance));
    }

    [Test]
    public void EqualsStockOverHundredSteps([Values] StepBackend kernel, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType dtype, [Values] bool amsgrad)
    {
        var (ours, theirs) = (Model(1, dtype), Model(1, dtype));
        using var optimizer = Create(ours, new() { Backend = kernel, OnFallback = _ => Assert.Fail("announced") }, amsgrad);
        using var stock = CreateStock(theirs, amsgrad);
        using var generator = new Generator(5);
        for (var step = 0; step < 100; step++)
        {
            RandomGradients(ours.SelectMany(g => g), generator, missing: step % 3 == 0 ? 0.4 : 0);
            CopyGradients(ours, theirs);
            optimizer.step();
            stock.step();
        }

        Assert.That(optimizer.Backends.Select(k => k.Backend), Is.All.EqualTo(kernel));
        AssertSame(ours, theirs, dtype == ScalarType.Float64 ? 1e-13 : 2e-5);
        Assert.That(Steps(optimizer), Is.EqualTo(Steps(stock)));
    }

    private static long[] Steps(OptimizerHelper optimizer) => [.. optimizer.state_dict().State.Cast<Stock.State>().Select(s => s.step)];

    [Test]
    public void CheckpointsGoFromStockToOursAndBack([Values] bool amsgrad, [Values] bool inMemory)
    {
        var (ours, theirs) = (Model(1, ScalarType.Float64), Model(1, ScalarType.Float64));
        using var generator = new Generator(7);
        using var stock = CreateStock(theirs, amsgrad);
        for (var step = 0; step < 3; step++)
        {
            RandomGradients(theirs.SelectMany(g => g), generator);
            stock.step();
        }

        using var optimizer = Create(ours, amsgrad: amsgrad);
        CopyGradients(theirs, ours);
        optimizer.step();
        Load(stock, optimizer, inMemory);
        CopyValues(theirs, ours);
        StepBoth(optimizer, stock, ours, theirs, generator);
        AssertSame(ours, theirs, 1e-13);

        using var resumed = CreateStock(theirs, amsgrad);
        Load(optimizer, resumed, inMemory);
        StepBoth(optimizer, resumed, ours, theirs, generator);
        AssertSame(ours, theirs, 1e-13);
    }

    private static void CopyValues(Parameter[][] from, Parameter[][] to)
    {
        using (no_grad())
            foreach (var (a, b) in from.SelectMany(g => g).Zip(to.SelectMany(g => g))) b.copy_(a);
    }

    private static void StepBoth(OptimizerHelper a, OptimizerHelper b, Parameter[][] ofA, Parameter[][] ofB, Generator generator)
    {
        RandomGradients(ofA.SelectMany(g => g), generator);
        CopyGradients(ofA, ofB);
        a.step();
        b.step();
    }

    private static void Load(OptimizerHelper from, OptimizerHelper to, bool inMemory) => AllOptimizers.Exchange(from, to, inMemory);

    [Test]
    public void StockSchedulersDriveEveryGroup()
    {
        using var optimizer = Create(Model(1));
        var schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, 10);
        for (var step = 0; step < 5; step++) schedule.step();
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(Rates.Select(r => r / 2)).Within(1e-15));
    }

    [Test]
    public void ClosureRunsWithGradientsOnAndItsLossComesBack()
    {
        var model = Model(1);
        using var optimizer = Create(model);
        var before = model[0][0].clone();
        using var loss = optimizer.step(() =>
        {
            var sum = model[0][0].square().sum();
            sum.backward();
            return sum;
        });
        Assert.That(loss!.item<float>(), Is.GreaterThan(0));
        Assert.That((before - model[0][0]).abs().max().item<float>(), Is.GreaterThan(0));
    }

    [Test]
    public void GradientsSurviveADisposeScopeAndStateToo()
    {
        var model = Model(1);
        Ours optimizer;
        using (NewDisposeScope()) optimizer = Create(model);
        foreach (var p in model.SelectMany(g => g)) p.grad = ones_like(p);
        using (NewDisposeScope()) optimizer.step();
        optimizer.step();
        Assert.That(Steps(optimizer), Is.All.EqualTo(2));
        optimizer.Dispose();
    }

    private static IEnumerable<TestCaseData> UnfitGradients =>
    [
        new TestCaseData((Parameter p) => ones(p.shape.Append(1).ToArray()), "has the shape [7, 5, 1] and the parameter [7, 5]").SetArgDisplayNames("dimensions"),
        new TestCaseData((Parameter p) => ones(5, 7), "has the shape [5, 7] and the parameter [7, 5]").SetArgDisplayNames("shape"),
        new TestCaseData((Parameter p) => ones(4), "has the shape [4]").SetArgDisplayNames("too few elements"),
        new TestCaseData((Parameter p) => ones(p.shape, dtype: ScalarType.Float64), "is Float64 and the parameter is Float32").SetArgDisplayNames("dtype"),
        new TestCaseData((Parameter p) => ones(p.shape, device: META), "is on meta").SetArgDisplayNames("device"),
        new TestCaseData((Parameter p) => sparse(zeros(2, 1, dtype: ScalarType.Int64), ones(1), p.shape), "is sparse").SetArgDisplayNames("sparse"),
    ];

    private static Tensor sparse(Tensor indices, Tensor values, long[] size) => sparse_coo_tensor(indices, values, size);

    [TestCaseSource(nameof(UnfitGradients))]
    public void AGradientThatDoesNotFitIsNamedAndNothingIsChanged(Func<Parameter, Tensor> gradient, string message)
    {
        var model = Model(1);
        var before = model.SelectMany(g => g).Select(p => p.clone()).ToArray();
        using var optimizer = Create(model);
        foreach (var p in model.SelectMany(g => g)) p.grad = ones_like(p);
        model[0][0].grad = gradient(model[0][0]);
        Assert.That(() => optimizer.step(), Throws.InvalidOperationException.With.Message.Contains("'p0' of group 'g0'").And.Message.Contains(message));
        foreach (var (p, was) in model.SelectMany(g => g).Zip(before)) Assert.That(p.Equals(was), Is.True);
        Assert.That(Steps(optimizer), Is.All.Zero);
    }

    [Test]
    public void AStridedGradientCounts()
    {
        var (ours, theirs) = (Model(1), Model(1));
        using var optimizer = Create(ours);
        using var stock = CreateStock(theirs);
        using var generator = new Generator(3);
        ours[0][0].grad = randn(5, 7, generator: generator).t();
        Assert.That(ours[0][0].grad!.is_contiguous(), Is.False);
        CopyGradients(ours, theirs);
        optimizer.step();
        stock.step();
        AssertSame(ours, theirs, 1e-6);
    }

    [Test]
    public void AStridedParameterRunsOnListOperatorsAndSaysSoOnce()
    {
        var strided = new Parameter(randn(5, 7).t());
        var twin = new Parameter(strided.detach().clone());
        var heard = new List<BackendChoice>();
        using var optimizer = Create([[strided], []], new() { OnFallback = heard.Add });
        using var stock = CreateStock([[twin], []]);
        for (var step = 0; step < 3; step++)
        {
            strided.grad = ones(7, 5) * (step + 1);
            twin.grad = strided.grad.clone();
            optimizer.step();
            stock.step();
        }

        Assert.That(heard, Is.EqualTo(new[] { new BackendChoice(StepBackend.Foreach, "g0", "parameter 'p0' is not contiguous in memory") }));
        AssertSame([[strided]], [[twin]], 1e-6);
    }

    [Test]
    public void MetaParametersStepOnListOperators()
    {
        var parameter = new Parameter(zeros(3, 2, device: META));
        using var optimizer = Create([[parameter], []], new() { OnFallback = _ => { } });
        parameter.grad = zeros(3, 2, device: META);
        optimizer.step();
        Assert.That(optimizer.Backends, Is.EqualTo(new[] { new BackendChoice(StepBackend.Foreach, "g0", "LibTorch has no fused kernel for META") }));
        Assert.That(Steps(optimizer), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void AParameterOfAnotherGroupIsRefused()
    {
        var model = Model(1);
        using var optimizer = Create(model);
        Assert.That(
            () => optimizer.add_param_group(new Stock.ParamGroup([model[0][0]], new Stock.Options())), Throws.ArgumentException.With.Message.Contains("stepped twice"));
    }

    [Test]
    public void AGroupAddedLateIsStepped()
    {
        using var optimizer = Create(Model(1));
        var late = new Parameter(ones(3));
        optimizer.add_param_group(new Stock.ParamGroup([late], new Stock.Options { LearningRate = 0.5 }));
        late.grad = ones(3);
        optimizer.step();
        Assert.That(late.data<float>().ToArray(), Is.All.EqualTo(0.5f).Within(1e-6));
    }

    [Test]
    public void AnIntegerParameterIsNamed()
    {
        var whole = new Parameter(zeros(2, dtype: ScalarType.Int64), requires_grad: false);
        Assert.That(() => Create([[whole], []]), Throws.TypeOf<NotSupportedException>().With.Message.Contains("'p0' of group 'g0' is Int64"));
    }

    [Test]
    public void StateOfAnotherModelIsNamed()
    {
        using var optimizer = Create(Model(1));
        var other = new Parameter(ones(2, 2));
        using var stock = CreateStock([[other, new Parameter(ones(3, 4, 2))], [new Parameter(ones(7)), new Parameter(ones(1))]]);
        optimizer.load_state_dict(stock.state_dict());
        Assert.That(() => optimizer.step(), Throws.InvalidOperationException.With.Message.Contains("'p0' of group 'g0' is Float32 [7, 5]").And.Message.Contains("[2, 2]"));
    }

    [TestCase("2.10.0.0", true)]
    [TestCase("2.1.0.0", false)]
    [TestCase("2.11.0.0", false)]
    public void OnlyVerifiedReleasesRunNatively(string version, bool verified) =>
        Assert.That(NativeUnit.ObstacleOf(version), verified ? Is.Null : Does.Contain(version));

    [Test]
    public void AStepLeavesLittleGarbage()
    {
        var model = Model(1);
        using var optimizer = Create(model);
        foreach (var p in model.SelectMany(g => g)) p.grad = ones_like(p);
        for (var i = 0; i < 20; i++) optimizer.step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) optimizer.step();
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 10.0 / 2, Is.LessThan(2048));
    }
}
