using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>Flat storage steps as lists do, and notices whatever takes a parameter or a gradient out of it.</summary>
public sealed class FlatStorageTests
{
    private static string[] Names => AllOptimizers.Names;

    /// <summary>A model with its optimizer; the same numbers at every making.</summary>
    private sealed class Side : IDisposable
    {
        public Side(string name, bool flat, ScalarType dtype = ScalarType.Float64, Kernel kernel = Kernel.Fused, bool float32State = false)
        {
            manual_seed(1);
            Model = new TestModel(depth: 3);
            Model.to(dtype);
            Groups = new ParameterGroups(Model, new AllOptimizers.NoDecay());
            Optimizer = AllOptimizers.Create[name](
                Groups, new() { FlatStorage = flat, Kernel = kernel, Float32State = float32State, OnFallback = k => Heard.Add(k.Reason) });
        }

        public TestModel Model { get; }

        public ParameterGroups Groups { get; }

        public OptimizerHelper Optimizer { get; }

        public IGroupOptimizer Ours => (IGroupOptimizer)Optimizer;

        public List<string> Heard { get; } = [];

        public void Backward(int seed = 0, Func<Tensor, Tensor>? forward = null)
        {
            using var scope = NewDisposeScope();
            var tokens = (arange(5) + seed) % 5;
            var output = (forward ?? Model.call)(tokens).to(ScalarType.Float64);
            output.square().mean().backward();
        }

        public void Step(int seed = 0)
        {
            Optimizer.zero_grad();
            Backward(seed);
            Optimizer.step();
        }

        public void Dispose() => Optimizer.Dispose();
    }

    private static void AssertSame(Side a, Side b, double tolerance)
    {
        foreach (var ((name, x), (_, y)) in a.Model.named_parameters().Zip(b.Model.named_parameters()))
            Assert.That((x - y).abs().max().to(ScalarType.Float64).item<double>(), Is.LessThanOrEqualTo(tolerance), name);
    }

    private static Tensor[] StateOf(OptimizerHelper optimizer) =>
        [.. optimizer.state_dict().State.SelectMany(s => s.GetType().GetFields().Select(f => f.GetValue(s)).OfType<Tensor>())];

    private static void AssertSameState(Side a, Side b, double tolerance)
    {
        foreach (var (x, y) in StateOf(a.Optimizer).Zip(StateOf(b.Optimizer)))
            Assert.That((x - y).abs().max().to(ScalarType.Float64).item<double>(), Is.LessThanOrEqualTo(tolerance));
    }

    [Test]
    public void EqualsListsOverTwelveSteps(
        [ValueSource(nameof(Names))] string name, [Values(ScalarType.Float32, ScalarType.Float64)] ScalarType dtype, [Values(Kernel.Fused, Kernel.Foreach)] Kernel kernel)
    {
        using Side flat = new(name, true, dtype, kernel), list = new(name, false, dtype, kernel);
        for (var step = 0; step < 12; step++)
        {
            flat.Step(step);
            list.Step(step);
        }

        AssertSame(flat, list, dtype == ScalarType.Float64 ? 1e-13 : 1e-5);
        AssertSameState(flat, list, dtype == ScalarType.Float64 ? 1e-13 : 1e-5);
        Assert.That(flat.Heard, Is.Empty);
        Assert.That((flat.Ours.HasFlatStorage, list.Ours.HasFlatStorage), Is.EqualTo((true, false)));
    }

    [TestCaseSource(nameof(Names))]
    public void HalfPrecisionWithFloat32StateEqualsLists(string name)
    {
        using Side flat = new(name, true, ScalarType.BFloat16, float32State: true), list = new(name, false, ScalarType.BFloat16, float32State: true);
        for (var step = 0; step < 4; step++)
        {
            flat.Step(step);
            list.Step(step);
        }

        AssertSame(flat, list, 0.02);
        AssertSameState(flat, list, 0.02);
    }

    [Test]
    public void ParametersStayTheSameObjectsAndTheModelSavesThem()
    {
        using Side flat = new("AdamW", true), list = new("AdamW", false);
        var before = flat.Model.parameters().Select(p => p.Handle).ToArray();
        flat.Step();
        list.Step();
        Assert.That(flat.Model.parameters().Select(p => p.Handle), Is.EqualTo(before));
        using var stream = new MemoryStream();
        flat.Model.save(stream);
        var copy = new TestModel(depth: 3);
        copy.to(ScalarType.Float64);
        copy.load(new MemoryStream(stream.ToArray()));
        Assert.That(copy.parameters().Zip(list.Model.parameters()).All(p => (p.First - p.Second).abs().max().item<double>() < 1e-13));
    }

    [Test]
    public void AccumulatedGradientsCountInFull()
    {
        using Side flat = new("SGD", true), list = new("SGD", false);
        foreach (var passes in (int[])[1, 1, 1, 2, 2, 1, 3, 1])
            foreach (var side in (Side[])[flat, list])
            {
                side.Optimizer.zero_grad();
                for (var i = 0; i < passes; i++) side.Backward(i);
                side.Optimizer.step();
            }

        AssertSame(flat, list, 1e-13);
    }

    [TestCaseSource(nameof(Names))]
    public void DroppedGradientsArePutBackAndThatIsSaidOnce(string name)
    {
        using Side flat = new(name, true), list = new(name, false);
        for (var step = 0; step < 6; step++)
            foreach (var side in (Side[])[flat, list])
            {
                if (step % 2 == 0) side.Model.zero_grad();
                else side.Optimizer.zero_grad();
                side.Backward(step);
                side.Optimizer.step();
            }

        AssertSame(flat, list, 1e-13);
        Assert.That(flat.Heard, Has.Count.EqualTo(2), "one for each group");
        Assert.That(flat.Heard, Has.All.Contains("'").And.All.Contains("call optimizer.zero_grad()"));
    }

    [Test]
    public void GradientsThatAreDroppedBehindAZeroingDoNotSurvive()
    {
        using Side flat = new("SGD", true), list = new("SGD", false);
        foreach (var side in (Side[])[flat, list])
        {
            for (var i = 0; i < 3; i++) side.Step(i);
            side.Model.zero_grad();
            side.Backward(1);
            side.Optimizer.zero_grad();
            side.Backward(2);
            side.Optimizer.step();
        }

        AssertSame(flat, list, 1e-13);
    }

    [Test]
    public void AGradientMadeByHandCounts()
    {
        using Side flat = new("AdamW", true), list = new("AdamW", false);
        for (var step = 0; step < 6; step++)
            foreach (var side in (Side[])[flat, list])
            {
                if (step == 3) side.Model.zero_grad();
                else side.Optimizer.zero_grad();
                if (step == 3) side.Model.head.weight.grad = full_like(side.Model.head.weight, 0.25);
                side.Backward(step);
                if (step == 4) side.Model.norm.weight!.grad!.fill_(0.5);
                side.Optimizer.step();
            }

        AssertSame(flat, list, 1e-13);
        Assert.That(flat.Heard, Has.Count.EqualTo(2).And.All.Contains("put back"));
    }

    [Test]
    public void GradientsMadeByHandAfterBackwardAreRefused([Values] bool all)
    {
        using var flat = new Side("AdamW", true);
        for (var i = 0; i < 4; i++) flat.Step(i);
        void Step()
        {
            flat.Optimizer.zero_grad();
            flat.Backward();
            foreach (var p in all ? flat.Model.parameters() : [flat.Model.head.weight]) p.grad = p.grad!.clone();
            flat.Optimizer.step();
        }

        // All are found at once; one of them by the counter at the step after, because going backward adds to it elsewhere.
        var messages = new[] { Caught(Step), all ? null : Caught(Step), all ? null : Caught(Step) };
        Assert.That(messages.OfType<string>(), Has.Some.Contains("after going backward").And.Some.Contains("copy_").And.Some.Contains(all ? "'" : "'head.weight'"));
    }

    private static string? Caught(Action step)
    {
        try
        {
            step();
            return null;
        }
        catch (InvalidOperationException error)
        {
            return error.Message;
        }
    }

    [Test]
    public void AGradientThatDoesNotFitIsNamedAndNothingIsChanged()
    {
        using var flat = new Side("AdamW", true);
        for (var i = 0; i < 3; i++) flat.Step(i);
        var before = flat.Model.parameters().Select(p => p.detach().clone()).ToList();
        flat.Model.norm.weight!.grad = ones(5, dtype: ScalarType.Float64);
        Assert.That(() => flat.Optimizer.step(), Throws.InvalidOperationException.With.Message.Contains("'norm.weight'").And.Message.Contains("shape [5]"));
        Assert.That(flat.Model.parameters().Zip(before).All(p => p.First.Equals(p.Second)), Is.True);
    }

    [TestCaseSource(nameof(Names))]
    public void AParameterThatNeverHadAGradientIsLeftAlone(string name)
    {
        using Side flat = new(name, true), list = new(name, false);
        var untouched = flat.Model.blocks[2].weight!.detach().clone();
        for (var step = 0; step < 8; step++)
            foreach (var side in (Side[])[flat, list])
            {
                var model = side.Model;
                side.Optimizer.zero_grad();
                side.Backward(step, step < 5 ? x => model.head.forward(model.blocks[0].forward(model.embed.forward(x))) : null);
                if (step < 5) Assert.That(model.blocks[2].weight!.grad, Is.Null);
                side.Optimizer.step();
                if (step == 4 && side == flat) Assert.That(model.blocks[2].weight!.Equals(untouched), Is.True);
            }

        AssertSame(flat, list, 1e-13);
        AssertSameState(flat, list, 1e-13);
        Assert.That(flat.Heard, Is.Empty);
    }

    [Test]
    public void AFrozenParameterIsLeftAloneAndThawsWithItsState()
    {
        using Side flat = new("AdamW", true), list = new("AdamW", false);
        for (var step = 0; step < 12; step++)
            foreach (var side in (Side[])[flat, list])
            {
                var frozen = side.Model.blocks[1].weight!;
                if (step is 3 or 8) frozen.requires_grad = step == 8;
                if (step == 3) frozen.grad = null;
                var before = frozen.detach().clone();
                side.Step(step);
                Assert.That(frozen.Equals(before), Is.EqualTo(step is >= 3 and < 8), $"step {step}");
            }

        AssertSame(flat, list, 1e-13);
        AssertSameState(flat, list, 1e-13);
        Assert.That(flat.Heard, Is.Empty);
    }

    [Test]
    public void AMovedModelIsRefusedAndRebindGoesOn([Values("", "embed", "head")] string part)
    {
        using Side flat = new("AdamW", true, ScalarType.Float32), list = new("AdamW", false, ScalarType.Float32);
        foreach (var side in (Side[])[flat, list])
            for (var i = 0; i < 3; i++) side.Step(i);
        flat.Backward();
        if (part.Length == 0) flat.Model.to(ScalarType.Float64);
        else flat.Model.named_children().Single(c => c.name == part).module.to(ScalarType.Float64);
        Assert.That(() => flat.Optimizer.step(), Throws.InvalidOperationException.With.Message.Contains("'").And.Message.Contains("Rebind()"));
        foreach (var side in (Side[])[flat, list])
        {
            side.Model.to(ScalarType.Float64);
            side.Ours.Rebind();
            for (var i = 0; i < 3; i++) side.Step(i);
        }

        AssertSame(flat, list, 1e-6);
    }

    [Test]
    public void MemoryThatWasSwappedIsRefused()
    {
        using var flat = new Side("AdamW", true);
        for (var i = 0; i < 3; i++) flat.Step(i);
        using (no_grad()) flat.Model.head.weight.set_(zeros(5, 4, dtype: ScalarType.Float64));
        Assert.That(
            () =>
            {
                // Two parameters are looked at in turn at each step.
                for (var i = 0; i < 6; i++) flat.Step(i);
            },
            Throws.InvalidOperationException.With.Message.Contains("'head.weight'").And.Message.Contains("flat storage"));
    }

    private sealed class Raw : nn.Module<Tensor, Tensor>
    {
        public readonly ParameterList both = nn.ParameterList(new Parameter(ones(3)), new Parameter(zeros(3)));

        public Raw() : base(nameof(Raw)) => RegisterComponents();

        public override Tensor forward(Tensor input) => input * both[0] + both[1];
    }

    [Test]
    public void AReplacedParameterIsNamed([Values] bool dropsGradients)
    {
        var model = new Raw();
        using var optimizer = new ParameterGroups(model, new AllOptimizers.NoDecay()).CreateAdamW(
            0.1, step: new() { FlatStorage = true, OnFallback = _ => { } });
        void Step()
        {
            if (dropsGradients) model.zero_grad();
            else optimizer.zero_grad();
            model.call(ones(3)).square().sum().backward();
            optimizer.step();
        }

        for (var i = 0; i < 3; i++) Step();
        model.both[1] = new Parameter(ones(3));
        Assert.That(Step, Throws.InvalidOperationException.With.Message.Contains("'both.1'").And.Message.Contains("Rebind()"));
        optimizer.Rebind();
        Step();
        Assert.That(model.both[1].Equals(ones(3)), Is.False);
    }

    [Test]
    public void MetaAndStridedParametersAreRefusedByName()
    {
        Assert.That(
            () => BareGroups.AdamW(
                BareGroups.Of(BareGroups.Group("g", 0.1, 0, ("p", new Parameter(zeros(2, device: META))))),
                Defaults, new() { FlatStorage = true, OnFallback = _ => { } }),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("'p' of group 'g'").And.Message.Contains("meta"));
        Assert.That(
            () => BareGroups.AdamW(
                BareGroups.Of(BareGroups.Group("g", 0.1, 0, ("p", new Parameter(randn(5, 7).t())))), Defaults, new() { FlatStorage = true, OnFallback = _ => { } }),
            Throws.TypeOf<NotSupportedException>().With.Message.Contains("'p' of group 'g'").And.Message.Contains("contiguous"));
        Assert.That(
            () => new TestGroups(new TestModel()).CreateAdamW(0.1, step: new() { FlatStorage = true, Kernel = Kernel.Stock }),
            Throws.ArgumentException.With.Message.Contains("flat storage"));
    }

    private static TorchSharp.Modules.AdamW.Options Defaults =>
        new() { LearningRate = 0.1, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0, amsgrad = false, maximize = false };

    [TestCaseSource(nameof(Names))]
    public void StateGoesFromFlatToFlatToListAndToStock(string name)
    {
        using Side straight = new(name, true), flat = new(name, true), list = new(name, false);
        for (var i = 0; i < 3; i++) straight.Step(i);
        using var stream = new MemoryStream();
        straight.Optimizer.save_state_dict(new BinaryWriter(stream));
        foreach (var side in (Side[])[flat, list])
        {
            side.Step(4);
            side.Model.load_state_dict(straight.Model.state_dict());
            stream.Position = 0;
            side.Optimizer.load_state_dict(new BinaryReader(stream));
        }

        foreach (var side in (Side[])[straight, flat, list])
            for (var i = 3; i < 7; i++) side.Step(i);
        AssertSame(straight, flat, 0);
        AssertSame(straight, list, 1e-13);
        AssertSameState(straight, flat, 0);
    }

    [Test]
    public void CheckpointsResumeExactlyIntoFlatAndIntoLists([Values] bool intoFlat)
    {
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        using Side straight = new("AdamW", true), resumed = new("AdamW", intoFlat);
        var path = Path.Combine(folder, "run.ckpt");
        for (var i = 0; i < 3; i++) straight.Step(i);
        new Checkpoint(straight.Model, straight.Optimizer).Save(path);
        resumed.Step(9);
        new Checkpoint(resumed.Model, resumed.Optimizer).Load(path);
        for (var i = 3; i < 7; i++)
        {
            straight.Step(i);
            resumed.Step(i);
        }

        AssertSame(straight, resumed, intoFlat ? 0 : 1e-13);
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void ATrainingStepClipsScalesAveragesAndThawsAsWithLists([Values("norm", "group", "value", "adaptive", "none")] string clipping)
    {
        using Side flat = new("AdamW", true), list = new("AdamW", false);
        foreach (var side in (Side[])[flat, list])
        {
            using var average = new WeightAverage(side.Model, 0.9);
            var step = new TrainingStep(side.Model, side.Optimizer, new()
            {
                Clipping = clipping switch
                {
                    "norm" => Clipping.ByNorm(0.05), "group" => Clipping.ByNorm(0.05, perGroup: true), "value" => Clipping.ByValue(0.01),
                    "adaptive" => Clipping.Adaptive(0.01), _ => null,
                },
                LossScale = new LossScale(64, interval: 3),
                Average = average,
                Accumulation = Accumulation.Endless(2),
                Freezing = new FreezePlan(side.Groups, 10).Freeze(g => g.LearningRateScale < 1, 3),
                OnUnused = _ => Assert.Fail("Nothing is unused."),
            });
            for (var i = 0; i < 16; i++)
            {
                var seed = i;
                var result = step.Run(() => side.Model.call((arange(5) + seed) % 5).square().mean() * (seed == 9 ? double.NaN : 1));
                Assert.That(result.Skipped, Is.EqualTo(seed == 9));
            }

            Assert.That((step.Updates, step.Skips), Is.EqualTo((7L, 1L)));
        }

        AssertSame(flat, list, 1e-12);
        Assert.That(flat.Heard, Is.Empty);
    }
}
