using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Training;

public sealed class CheckpointTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "run.ckpt");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>A whole training: model, optimizer, schedules, average, loss scale and step.</summary>
    private sealed class Run : IDisposable
    {
        public Run(bool frozenHead = false)
        {
            Model = new TestModel();
            if (frozenHead)
                foreach (var p in Model.head.parameters()) p.requires_grad = false;
            var groups = new TestGroups(Model, frozenHead ? TestModel.Declaration("head") : null);
            Optimizer = groups.CreateAdamW(0.01, amsgrad: true);
            Schedules = new ScheduleSet(Optimizer, groups, new TrainingRun(10.Epochs(), 2.Updates()), Schedule.Cosine(0.Epochs(), 10.Epochs()));
            Average = new WeightAverage(Model, 0.9);
            Scale = new LossScale(1024, interval: 2);
            Step = new TrainingStep(Model, Optimizer, new() { Schedules = Schedules, Average = Average, LossScale = Scale, OnUnused = _ => { } });
        }

        public TestModel Model { get; }

        public LayerDecayGen.AdamW Optimizer { get; }

        public ScheduleSet Schedules { get; }

        public WeightAverage Average { get; }

        public LossScale Scale { get; }

        public TrainingStep Step { get; }

        public Checkpoint Checkpoint => new(Model, Optimizer) { Step = Step, Schedules = Schedules, Average = Average, LossScale = Scale };

        public void Train(int steps)
        {
            for (var i = 0; i < steps; i++)
                Step.Run(() => nn.functional.cross_entropy(Model.call(arange(5)) + randn(5, 5), arange(5)));
        }

        public void Dispose() => Optimizer.Dispose();
    }

    [Test]
    public void ResumeIsBitExact()
    {
        manual_seed(4);
        using var straight = new Run();
        straight.Train(3);
        straight.Checkpoint.Save(FilePath);
        straight.Train(4);
        using var resumed = new Run();
        Assert.That(resumed.Checkpoint.Load(FilePath).ToString(), Is.Empty);
        resumed.Train(4);
        foreach (var ((name, a), (_, b)) in straight.Model.named_parameters().Zip(resumed.Model.named_parameters()))
            Assert.That(a.bytes.SequenceEqual(b.bytes), name);
        foreach (var (name, average) in straight.Average.Averages) Assert.That(average.bytes.SequenceEqual(resumed.Average.Averages[name].bytes), name);
        Assert.That(resumed.Optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(straight.Optimizer.ParamGroups.Select(g => g.LearningRate)));
        Assert.That(
            (resumed.Step.Updates, resumed.Step.Iterations, resumed.Schedules.Update, resumed.Scale.Value),
            Is.EqualTo((straight.Step.Updates, straight.Step.Iterations, straight.Schedules.Update, straight.Scale.Value)));
    }

    [Test]
    public void ADamagedFileChangesNothing([Values(0.0, 0.01, 0.3, 0.9, 1.0)] double at, [Values] bool cut)
    {
        using var run = new Run();
        run.Train(1);
        run.Checkpoint.Save(FilePath);
        var bytes = File.ReadAllBytes(FilePath);
        var where = Math.Min((int)(at * bytes.Length), bytes.Length - 1);
        if (cut) bytes = bytes[..where];
        else bytes[where] ^= 0x40;
        File.WriteAllBytes(FilePath, bytes);
        using var other = new Run();
        var before = other.Model.named_parameters().ToDictionary(p => p.name, p => p.parameter.detach().clone());
        Assert.That(() => other.Checkpoint.Load(FilePath), Throws.TypeOf<CheckpointException>());
        Assert.That(other.Model.named_parameters().All(p => p.parameter.Equals(before[p.name])), Is.True);
    }

    [Test]
    public void AFailedSaveLeavesTheOldFile()
    {
        using var run = new Run();
        run.Checkpoint.Save(FilePath);
        var before = File.ReadAllBytes(FilePath);
        run.Model.to(ScalarType.Float64);
        Assert.That(() => run.Checkpoint.Save(FilePath), Throws.InvalidOperationException);
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void AnotherModelIsRefusedWithAReadableDifference()
    {
        using var run = new Run();
        run.Checkpoint.Save(FilePath);
        var deeper = new TestModel(depth: 3);
        using var optimizer = new TestGroups(deeper).CreateAdamW(0.01);
        var checkpoint = new Checkpoint(deeper, optimizer);
        Assert.That(
            () => checkpoint.Load(FilePath),
            Throws.TypeOf<CheckpointException>().With.Message.Contains("- 'blocks.2.weight' is not in the checkpoint").And.Message.Contains("nothing was loaded"));
        var difference = checkpoint.Load(FilePath, partly: true);
        Assert.That(difference.Notes, Has.Some.Contains("'blocks.2.weight' has no AdamW state"));
        Assert.That(deeper.head.weight.Equals(run.Model.head.weight), Is.True);
    }

    [Test]
    public void AThawedLayerResumesAndStartsItsOwnState()
    {
        using var frozen = new Run(frozenHead: true);
        frozen.Train(2);
        new Checkpoint(frozen.Model, frozen.Optimizer).Save(FilePath);
        using var thawed = new Run();
        var difference = new Checkpoint(thawed.Model, thawed.Optimizer).Load(FilePath);
        Assert.That(difference.Notes, Has.Exactly(2).Contains("'head.").And.Exactly(2).Contains("starts afresh"));
        var steps = thawed.Optimizer.parameters().Zip(thawed.Optimizer.state_dict().State.Cast<TorchSharp.Modules.AdamW.State>());
        Assert.That(steps.Single(s => ReferenceEquals(s.First, thawed.Model.head.weight)).Second.step, Is.Zero);
        Assert.That(steps.Single(s => ReferenceEquals(s.First, thawed.Model.norm.weight)).Second.step, Is.EqualTo(2));
        thawed.Train(1);
    }

    private sealed class Before : nn.Module
    {
        private readonly Linear encoder = nn.Linear(3, 2);

        public Before() : base(nameof(Before)) => RegisterComponents();

        public Linear Layer => encoder;
    }

    private sealed class After : nn.Module
    {
        [FormerlyNamed("encoder")] private readonly Linear projection = nn.Linear(3, 2);

        public After() : base(nameof(After)) => RegisterComponents();

        public Linear Layer => projection;
    }

    [Test]
    public void ARenamedMemberLoadsWithItsState()
    {
        var before = new Before();
        using var old = optim.AdamW(before.parameters(), 0.1);
        foreach (var p in before.parameters()) p.grad = ones_like(p);
        old.step();
        new Checkpoint(before, old).Save(FilePath);
        var after = new After();
        using var now = optim.AdamW(after.parameters(), 0.1);
        var difference = new Checkpoint(after, now).Load(FilePath);
        Assert.That(difference.Notes, Is.EqualTo(new[] { "'projection.weight' was 'encoder.weight'", "'projection.bias' was 'encoder.bias'" }));
        Assert.That(after.Layer.weight.Equals(before.Layer.weight), Is.True);
        Assert.That(((OptimizerHelper)now).state_dict().State.Cast<TorchSharp.Modules.AdamW.State>().Select(s => s.step), Is.All.EqualTo(1));
    }

    [Test]
    public void AStockOptimizersStateIsSavedToo()
    {
        var model = new TestModel();
        using var stock = optim.SGD(model.parameters(), 0.1, momentum: 0.9);
        foreach (var p in model.parameters()) p.grad = ones_like(p);
        stock.step();
        new Checkpoint(model, stock).Save(FilePath);
        var copy = new TestModel();
        using var resumed = optim.SGD(copy.parameters(), 0.5, momentum: 0.1);
        new Checkpoint(copy, resumed).Load(FilePath);
        Assert.That(resumed.ParamGroups.Single().LearningRate, Is.EqualTo(0.1));
        foreach (var p in model.parameters().Concat(copy.parameters())) p.grad = ones_like(p);
        stock.step();
        resumed.step();
        Assert.That(model.parameters().Zip(copy.parameters()).All(p => p.First.Equals(p.Second)), Is.True);
    }
}
