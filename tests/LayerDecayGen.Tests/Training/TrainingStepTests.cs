using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Training;

public sealed class TrainingStepTests
{
    private static Tensor Tokens => arange(5);

    private static (TestModel Model, TestGroups Groups) Make(int depth = 2)
    {
        manual_seed(1);
        var model = new TestModel(depth);
        return (model, new TestGroups(model));
    }

    private static Tensor Loss(TestModel model) => nn.functional.cross_entropy(model.call(Tokens), Tokens);

    private static Dictionary<string, Tensor> Copy(nn.Module model) => model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());

    private static string[] Changed(nn.Module model, Dictionary<string, Tensor> before) =>
        [.. model.named_parameters().Where(p => !p.parameter.Equals(before[p.name])).Select(p => p.name)];

    [Test]
    public void GradientsAreNullBetweenUpdatesAndSchedulesCountUpdates()
    {
        var (model, groups) = Make();
        using var optimizer = groups.CreateAdamW(0.01);
        var schedules = new ScheduleSet(optimizer, new TrainingRun(10.Epochs(), 6, accumulation: 3), Schedule.Cosine(0.Epochs(), 10.Epochs()));
        var step = new TrainingStep(model, optimizer, new() { Schedules = schedules });
        var rate = optimizer.ParamGroups.First().LearningRate;
        Assert.That(step.Run(() => Loss(model)).Updated, Is.False);
        Assert.That(model.head.weight.grad, Is.Not.Null);
        Assert.That(optimizer.ParamGroups.First().LearningRate, Is.EqualTo(rate));
        step.Run(() => Loss(model));
        Assert.That(step.Run(() => Loss(model)).Updated, Is.True);
        Assert.That(model.parameters().Select(p => p.grad), Is.All.Null);
        Assert.That((schedules.Update, step.Updates, step.Iterations), Is.EqualTo((1L, 1L, 3L)));
        Assert.That(optimizer.ParamGroups.First().LearningRate, Is.LessThan(rate));
    }

    [Test]
    public void AnUpdateThatIsNotFiniteIsSkippedCountedAndLimited()
    {
        var (model, groups) = Make();
        using var optimizer = groups.CreateAdamW(0.01);
        var step = new TrainingStep(model, optimizer, new() { MaxConsecutiveSkips = 2, Clipping = Clipping.ByNorm(1) });
        var before = Copy(model);
        for (var i = 0; i < 2; i++) Assert.That(step.Run(() => Loss(model) * float.NaN).Outcome, Is.EqualTo(StepOutcome.SkippedNonFinite));
        Assert.That(Changed(model, before), Is.Empty);
        Assert.That(step.Run(() => Loss(model)).Updated, Is.True);
        for (var i = 0; i < 2; i++) step.Run(() => Loss(model) * float.PositiveInfinity);
        Assert.That(() => step.Run(() => Loss(model) * float.NaN), Throws.InvalidOperationException.With.Message.Contains("3 updates in a row"));
        Assert.That((step.Skips, step.Updates), Is.EqualTo((5L, 1L)));
        Assert.That(model.parameters().Select(p => p.grad), Is.All.Null);
    }

    [Test]
    public void LossScaleChangesNothingButItself()
    {
        var ((plain, plainGroups), (scaled, scaledGroups)) = (Make(), Make());
        using var a = plainGroups.CreateSGD(0.1);
        using var b = scaledGroups.CreateSGD(0.1);
        var scale = new LossScale(initial: 1024, interval: 2);
        var (one, other) = (new TrainingStep(plain, a), new TrainingStep(scaled, b, new() { LossScale = scale }));
        for (var i = 0; i < 2; i++)
        {
            one.Run(() => Loss(plain));
            other.Run(() => Loss(scaled));
        }

        foreach (var (x, y) in plain.parameters().Zip(scaled.parameters())) Assert.That((x - y).abs().max().item<float>(), Is.LessThan(1e-6));
        Assert.That(scale.Value, Is.EqualTo(2048));
        Assert.That(other.Run(() => Loss(scaled) * float.PositiveInfinity).Outcome, Is.EqualTo(StepOutcome.SkippedNonFinite));
        Assert.That(scale.Value, Is.EqualTo(1024));
    }

    [Test]
    public void ClippingPerGroupCutsEachGroupByItself()
    {
        var (small, large) = (new Parameter(zeros(2)), new Parameter(zeros(2)));
        (small.grad, large.grad) = (tensor(new[] { 0.3f, 0.4f }), tensor(new[] { 30f, 40f }));
        var norm = Clipping.ByNorm(1, perGroup: true).Apply([small], [large]);
        Assert.That(norm, Is.EqualTo(Math.Sqrt(0.25 + 2500)).Within(1e-4));
        Assert.That(small.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 0.3f, 0.4f }));
        Assert.That(large.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 0.6f, 0.8f }).Within(1e-5));
    }

    [Test]
    public void AdaptiveClippingHoldsEachUnitAgainstItsWeights()
    {
        var p = new Parameter(tensor(new float[,] { { 3, 4 }, { 0, 0 } }));
        p.grad = tensor(new float[,] { { 6, 8 }, { 0.6f, 0.8f } });
        Clipping.Adaptive(factor: 0.1, eps: 0.5).Apply([p]);
        // The first unit's weights have norm 5, so its gradient may have 0.5; the second's count as 0.5, so 0.05.
        Assert.That(p.grad!.data<float>().ToArray(), Is.EqualTo(new[] { 0.3f, 0.4f, 0.03f, 0.04f }).Within(1e-6));
    }

    [Test]
    public void UnusedParametersAreNamedOnce()
    {
        var (model, groups) = Make();
        using var optimizer = groups.CreateAdamW(0.01);
        var log = new ListLogger();
        var step = new TrainingStep(model, optimizer, new() { Logger = log });
        for (var i = 0; i < 2; i++) step.Run(() => model.embed.forward(Tokens).square().sum());
        Assert.That(log.Lines, Is.EqualTo(new[]
        {
            "8 trainable parameters got no gradient in the first update: blocks.0.weight, blocks.0.bias, blocks.1.weight, blocks.1.bias, norm.weight, norm.bias, head.weight, head.bias.",
        }));
    }

    [Test]
    public void TheAverageFollowsTheWeightsAndIsSwappedInAndOut()
    {
        var (model, groups) = Make();
        using var optimizer = groups.CreateSGD(0.5);
        using var average = new WeightAverage(model, 0.9);
        var step = new TrainingStep(model, optimizer, new() { Average = average });
        var expected = model.head.weight.detach().clone();
        for (var i = 0; i < 3; i++)
        {
            step.Run(() => Loss(model));
            expected = expected * 0.9f + model.head.weight.detach() * 0.1f;
        }

        var weights = model.head.weight.detach().clone();
        using (average.Swap()) Assert.That((model.head.weight - expected).abs().max().item<float>(), Is.LessThan(1e-6));
        Assert.That(model.head.weight.Equals(weights), Is.True);
        Assert.That((average.Averages["head.weight"] - expected).abs().max().item<float>(), Is.LessThan(1e-6));
    }

    [Test]
    public void LayersThawOneByOne()
    {
        var (model, groups) = Make();
        using var optimizer = groups.CreateAdamW(0.01);
        var step = new TrainingStep(model, optimizer, new() { Freezing = FreezePlan.Gradual(groups, new TrainingRun(10.Updates()), every: 1.Updates()), Logger = new ListLogger() });
        var before = Copy(model);
        step.Run(() => Loss(model));
        Assert.That(Changed(model, before), Is.All.StartsWith("head"));
        step.Run(() => Loss(model));
        Assert.That(Changed(model, before), Has.None.StartsWith("blocks.0").And.None.StartsWith("embed").And.Some.StartsWith("blocks.1"));
        for (var i = 0; i < 3; i++) step.Run(() => Loss(model));
        Assert.That(Changed(model, before), Has.Length.EqualTo(before.Count));
    }

    [Test]
    public void APartThatWouldNeverThawIsRefused()
    {
        var (_, groups) = Make();
        var run = new TrainingRun(10.Updates());
        Assert.That(() => new FreezePlan(groups, run).FreezeBelow(1, 10.Updates()), Throws.ArgumentException.With.Message.Contains("would thaw at update 10 of 10"));
        Assert.That(() => new FreezePlan(groups, run).FreezeBelow(0, 5.Updates()), Throws.ArgumentException.With.Message.Contains("nothing would be frozen"));
        Assert.That(
            () => new FreezePlan(groups, run).Freeze(groups.Head, 5.Updates()).Freeze(groups.Head, 6.Updates()), Throws.ArgumentException.With.Message.Contains("thaws at update 5 already"));
    }

    [Test]
    public void TwoOptimizersAreSteppedTogether()
    {
        var (model, groups) = Make();
        using var matrices = groups.CreateSGD(0.1, step: new() { ParameterFilter = f => f.Dimensions == 2 });
        using var rest = groups.CreateAdamW(0.01, step: new() { ParameterFilter = f => f.Dimensions != 2 });
        var before = Copy(model);
        new TrainingStep(model, [matrices, rest]).Run(() => Loss(model));
        Assert.That(Changed(model, before), Has.Length.EqualTo(before.Count));
    }
}
