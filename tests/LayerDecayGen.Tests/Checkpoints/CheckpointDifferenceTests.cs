using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>What differs between a file and a training is named; what is not allowed changes nothing.</summary>
public sealed class CheckpointDifferenceTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "run.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private static void Refused(TrainingRig rig, Action load, params string[] messages)
    {
        var before = rig.State();
        var e = Assert.Throws<CheckpointException>(() => load())!;
        foreach (var message in messages) Assert.That(e.Message, Does.Contain(message));
        Assert.That(rig.State(), Is.EqualTo(before));
    }

    [Test]
    public void PartsThatTheFileLacksAreNamedAndAllowedByName()
    {
        using var saved = new TrainingRig();
        new Checkpoint(saved.Model, saved.Optimizer).Save(FilePath);
        using var rig = new TrainingRig(seed: 2);
        Refused(rig, () => rig.Checkpoint.Load(FilePath),
            "- the part 'schedules' is not in the checkpoint; Without = [\"schedules\"] allows it", "'step' is not", "'average' is not", "'loss scale' is not", "'data' is not");
        var difference = rig.Checkpoint.Load(FilePath, new() { Without = ["schedules", "step", "average", "loss scale", "data"] });
        Assert.That((difference.Problems.Count, difference.Notes.Count), Is.EqualTo((0, 5)));
    }

    [Test]
    public void PartsThatTheFileHasBesideAreNamedAndAllowedByName()
    {
        using var saved = new TrainingRig();
        saved.Checkpoint.Save(FilePath);
        using var rig = new TrainingRig(seed: 2);
        var some = new Checkpoint(rig.Model, rig.Optimizer);
        Refused(rig, () => some.Load(FilePath), "the part 'schedules' of the checkpoint has no place here", "'average' of the checkpoint");
        some.Load(FilePath, new() { Without = ["schedules", "step", "average", "loss scale", "data"] });
        Refused(rig, () => some.Load(FilePath, new() { Without = ["schedule"] }), "'schedule'", "nearest name 'schedules'");
    }

    [Test]
    public void AResizedHeadKeepsItsValuesEverywhere()
    {
        using var saved = new TrainingRig();
        saved.Train(6);
        saved.Checkpoint.Save(FilePath);
        using var rig = new TrainingRig(seed: 2, model: new RigModel(classes: 7));
        var (weight, average) = (rig.Model.Head.weight.clone(), rig.Average.Averages["head.weight"].clone());
        Refused(rig, () => rig.Checkpoint.Load(FilePath), "'head.weight' is Float32 [7, 4] and Float32 [3, 4] in the checkpoint");
        var difference = rig.Checkpoint.Load(FilePath, new() { Partly = [rig.Groups.Head] });
        Assert.That(rig.Model.Head.weight.Equals(weight) && rig.Average.Averages["head.weight"].Equals(average), Is.True);
        Assert.That(difference.Notes, Has.Some.Contains("'head.weight' is Float32 [7, 4]").And.Some.Contains("'head.weight' has no AdamW state").And.Some.Contains("'head.weight' has no average"));
        Assert.That(rig.Model.get_parameter("stem.weight")!.Equals(saved.Model.get_parameter("stem.weight")!), Is.True);
        rig.Train(3);
    }

    [Test]
    public void MoreAndFewerBlocksAreNamed()
    {
        using var saved = new TrainingRig();
        saved.Checkpoint.Save(FilePath);
        using var deeper = new TrainingRig(seed: 2, model: new RigModel(depth: 3));
        Refused(deeper, () => deeper.Checkpoint.Load(FilePath), "'blocks.2.fc.weight' is not in the checkpoint");
        using var rig = new TrainingRig(seed: 2, model: new RigModel(depth: 1));
        Refused(rig, () => rig.Checkpoint.Load(FilePath), "'model/blocks.1.fc.weight' of the checkpoint has no place here");
        var some = new Checkpoint(rig.Model);
        some.Load(FilePath, new() { PartlyNamed = ["blocks.1.**"], Without = ["optimizer", "schedules", "step", "average", "loss scale", "data"] });
        Assert.That(rig.Model.Head.weight.Equals(saved.Model.Head.weight), Is.True);
    }

    [Test]
    public void AThawedLayerKeepsItsOwnState()
    {
        using var saved = new RigModel();
        foreach (var p in saved.Head.parameters()) p.requires_grad = false;
        using var frozen = saved.GetParameterGroups(new() { WeightDecay = 0 }).CreateAdamW(0.1);
        new Checkpoint(saved, frozen).Save(FilePath);
        using var model = new RigModel();
        using var thawed = model.GetParameterGroups(new() { WeightDecay = 0 }).CreateAdamW(0.1);
        var difference = new Checkpoint(model, thawed).Load(FilePath);
        Assert.That(difference.Notes, Has.Exactly(2).StartsWith("'head.").And.Some.EqualTo("2 parameters train here that were frozen when it was saved"));
    }

    [Test]
    public void AFailingPartOfAUsersOwnChangesNothing([Values] bool whenApplied)
    {
        using var saved = new TrainingRig();
        saved.Train(4);
        new Checkpoint(saved.Step) { Parts = [saved.Order, new Failing(false, false)] }.Save(FilePath);
        using var rig = new TrainingRig(seed: 2);
        var before = rig.State();
        var checkpoint = new Checkpoint(rig.Step) { Parts = [rig.Order, new Failing(!whenApplied, whenApplied)] };
        Assert.That(() => checkpoint.Load(FilePath), whenApplied ? Throws.InvalidOperationException : Throws.TypeOf<CheckpointException>().With.Message.Contains("the part 'failing' cannot be loaded: half-way"));
        Assert.That(rig.State(), Is.EqualTo(before));
    }

    private sealed class Failing(bool check, bool apply) : ICheckpointPart
    {
        public string Name => "failing";

        public void Save(PartWriter to) => to.Text = "text";

        public Action Load(SavedPart saved) => check
            ? throw new InvalidOperationException("half-way")
            : () =>
            {
                if (apply) throw new InvalidOperationException("half-way");
            };
    }

    [Test]
    public void AnExpandedBufferIsRefusedBeforeAnythingChanges()
    {
        using var saved = new Expanded();
        using var model = new Expanded();
        new Checkpoint(saved).Save(FilePath);
        var before = model.fc.weight.clone();
        Assert.That(() => new Checkpoint(model).Load(FilePath), Throws.TypeOf<CheckpointException>().With.Message.Contains("'model/mask'").And.Message.Contains("expanded"));
        Assert.That(model.fc.weight.Equals(before), Is.True);
    }

    private sealed class Expanded : Module<Tensor, Tensor>
    {
        public readonly Linear fc = Linear(3, 3);
        private readonly Tensor mask = randn(1, 3).expand(2, 3);

        public Expanded() : base("expanded") => RegisterComponents();

        public override Tensor forward(Tensor x) => fc.call(x) * mask;
    }

    [Test]
    public void AnOptimizerWithHiddenStateIsRefused()
    {
        using var model = Linear(1, 1);
        using var lbfgs = optim.LBFGS(model.parameters());
        Assert.That(() => new Checkpoint(model, lbfgs).Save(FilePath), Throws.ArgumentException.With.Message.Contains("LBFGS keeps its state in native code"));
    }

    [Test]
    public void AMovedModelIsNamedAndTheOldFileStays()
    {
        using var rig = new TrainingRig();
        rig.Checkpoint.Save(FilePath);
        var before = File.ReadAllBytes(FilePath);
        rig.Model.to(ScalarType.Float64);
        Assert.That(() => rig.Checkpoint.Save(FilePath), Throws.InvalidOperationException.With.Message.Contains("moved"));
        Assert.That((File.ReadAllBytes(FilePath).SequenceEqual(before), Directory.GetFiles(_folder).Length), Is.EqualTo((true, 1)));
    }

    [Test]
    public void AFileOfTheOldFormatIsNamed()
    {
        File.WriteAllText(FilePath, "LDGCKPT1 and so on");
        using var rig = new TrainingRig();
        Refused(rig, () => rig.Checkpoint.Load(FilePath), "version 0.1");
        ModelWeights.Save(rig.Model, FilePath);
        Refused(rig, () => rig.Checkpoint.Load(FilePath), "PretrainedWeights.Load");
    }

    [Test]
    public void ATiedWeightIsSavedOnceAndLoadedUntied()
    {
        using var saved = new Tied(tie: true);
        new Checkpoint(saved).Save(FilePath);
        using (var file = SafetensorsFile.Open(FilePath)) Assert.That(file.Find("model/o.weight"), Is.Null);
        foreach (var tie in new[] { true, false })
        {
            using var model = new Tied(tie);
            Assert.That(new Checkpoint(model).Load(FilePath).ToString(), Is.Empty);
            Assert.That(model.o.weight.Equals(saved.e.weight!) && model.e.weight!.Equals(saved.e.weight!), Is.True);
        }

        using var untied = new Tied(tie: false);
        new Checkpoint(untied).Save(FilePath);
        Assert.That(() => new Checkpoint(saved).Load(FilePath), Throws.TypeOf<CheckpointException>().With.Message.Contains("one tied tensor here and 2"));
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        public readonly Embedding e = Embedding(2, 2);
        public readonly Linear o = Linear(2, 2, hasBias: false);

        public Tied(bool tie) : base("tied")
        {
            RegisterComponents();
            if (tie) o.weight = e.weight!;
        }

        public override Tensor forward(Tensor x) => o.call(e.call(x));
    }
}
