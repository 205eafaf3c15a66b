using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>A training that was stopped anywhere and resumed gives the same numbers to the last bit.</summary>
public sealed class ExactResumeTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "run.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void StoppedAtEveryIteration([Values] bool intoARunningOne)
    {
        using var straight = new TrainingRig();
        var files = new List<string>();
        for (var i = 0; i < TrainingRig.Iterations; i++)
        {
            files.Add(Path.Combine(_folder, $"{i}"));
            straight.Checkpoint.Save(files[i]);
            straight.Train(1);
        }

        var (end, losses) = (straight.State(), new TrainingRig().Train(TrainingRig.Iterations));
        for (var i = 0; i < TrainingRig.Iterations; i++)
        {
            using var resumed = new TrainingRig(seed: 99);
            if (intoARunningOne) resumed.Train((i * 7) % TrainingRig.Iterations);
            Assert.That(resumed.Checkpoint.Load(files[i]).ToString(), Is.Empty, $"stopped at {i}");
            Assert.That(resumed.State(), Is.EqualTo(File.ReadAllBytes(files[i])), $"stopped at {i}");
            Assert.That(resumed.Train(TrainingRig.Iterations - i), Is.EqualTo(losses.Skip(i)), $"stopped at {i}");
            Assert.That(resumed.State(), Is.EqualTo(end), $"stopped at {i}");
        }
    }

    [Test]
    public void EveryOptimizerResumes([ValueSource(nameof(Optimizers))] string name)
    {
        var make = s_optimizers[name];
        using var straight = new TrainingRig(optimizer: make, weightDecay: name == "Rprop" ? 0 : 0.05);
        straight.Train(10);
        straight.Checkpoint.Save(FilePath);
        straight.Train(14);
        using var resumed = new TrainingRig(seed: 5, optimizer: make, weightDecay: name == "Rprop" ? 0 : 0.05);
        resumed.Checkpoint.Load(FilePath);
        resumed.Train(14);
        Assert.That(resumed.State(), Is.EqualTo(straight.State()));
        using var running = new TrainingRig(seed: 6, optimizer: make, weightDecay: name == "Rprop" ? 0 : 0.05);
        running.Train(17);
        running.Checkpoint.Load(FilePath);
        running.Train(14);
        Assert.That(running.State(), Is.EqualTo(straight.State()));
    }

    private static readonly Dictionary<string, Func<ParameterGroups, optim.Optimizer>> s_optimizers = new()
    {
        ["SGD"] = g => g.CreateSGD(0.05),
        ["SGD with momentum"] = g => g.CreateSGD(0.05, momentum: 0.9),
        ["Adam"] = g => g.CreateAdam(0.05),
        ["RMSProp"] = g => g.CreateRMSProp(0.05, momentum: 0.5, centered: true),
        ["Adagrad"] = g => g.CreateAdagrad(0.05),
        ["Adadelta"] = g => g.CreateAdadelta(0.05),
        ["Adamax"] = g => g.CreateAdamax(0.05),
        ["NAdam"] = g => g.CreateNAdam(0.05),
        ["RAdam"] = g => g.CreateRAdam(0.05),
        ["ASGD"] = g => g.CreateASGD(0.05),
        ["Rprop"] = g => g.CreateRprop(0.05),
        ["stock SGD"] = g => optim.SGD(g.SelectMany(x => x.Parameters).ToList(), 0.05, momentum: 0.9),
        ["stock Adam"] = g => optim.Adam(g.SelectMany(x => x.Parameters).ToList(), 0.05),
    };

    private static IEnumerable<string> Optimizers => s_optimizers.Keys;

    [Test]
    public void TwoOptimizersThatShareAParameterAreSavedApart()
    {
        using var model = nn.Linear(2, 2);
        using var a = optim.AdamW(model.parameters(), 0.1);
        using var b = optim.SGD([model.weight], 0.1, momentum: 0.9);
        foreach (var p in model.parameters()) p.grad = ones_like(p);
        a.step();
        b.step();
        new Checkpoint(model, a, b).Save(FilePath);
        using var copy = nn.Linear(2, 2);
        using var c = optim.AdamW(copy.parameters(), 0.2);
        using var d = optim.SGD([copy.weight], 0.3, momentum: 0.1);
        new Checkpoint(copy, c, d).Load(FilePath);
        foreach (var p in model.parameters().Concat(copy.parameters())) p.grad = ones_like(p);
        foreach (var optimizer in new optim.Optimizer[] { a, b, c, d }) optimizer.step();
        Assert.That((copy.weight.Equals(model.weight), copy.bias!.Equals(model.bias!)), Is.EqualTo((true, true)));
    }

    [Test]
    public void SavingInTheBackgroundNeverTears()
    {
        using var rig = new TrainingRig();
        rig.Train(5);
        var expected = rig.State();
        var saving = rig.Checkpoint.SaveInBackground(FilePath);
        rig.Train(10);
        saving.Wait();
        Assert.That(File.ReadAllBytes(FilePath), Is.EqualTo(expected));
    }

    [Test]
    public void AFailureInTheBackgroundIsThrownAtTheNextCall()
    {
        using var rig = new TrainingRig();
        Directory.CreateDirectory(FilePath);
        var saving = rig.Checkpoint.SaveInBackground(FilePath);
        Assert.That(() => saving.Wait(), Throws.TypeOf<AggregateException>().With.InnerException.TypeOf<IOException>());
        Assert.That(() => rig.Checkpoint.Save(Path.Combine(_folder, "other")), Throws.TypeOf<IOException>());
        rig.Checkpoint.Save(Path.Combine(_folder, "other"));
    }

    [Test]
    public void PythonsToolsSeeTheWeightsByName()
    {
        using var rig = new TrainingRig();
        rig.Checkpoint.Save(FilePath);
        using var model = new RigModel();
        PretrainedWeights.Load(model, FilePath, new() { StripPrefix = "model/", Ignore = ["optimizer/**", "average/**", "random/**", "step/**"] });
        Assert.That(model.Head.weight.Equals(rig.Model.Head.weight), Is.True);
    }
}
