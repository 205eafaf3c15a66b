using System.Buffers.Binary;
using System.Text.Json.Nodes;
using LayerDecayGen.Training;
using Always = FsCheck.NUnit.PropertyAttribute;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>Damaged files, and files with a right checksum made to mislead: one exception type, and nothing changed in any part.</summary>
public sealed class HostileCheckpointTests
{
    private string _folder = "";
    private byte[] _whole = [];

    private string FilePath => Path.Combine(_folder, "run.safetensors");

    [OneTimeSetUp]
    public void MakeFile()
    {
        _folder = Directory.CreateTempSubdirectory("ldg").FullName;
        using var rig = new TrainingRig();
        rig.Train(7);
        _whole = rig.State();
    }

    [OneTimeTearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private void Refused(Action<ForgedFile> change, params string[] messages)
    {
        var forged = new ForgedFile(_whole);
        change(forged);
        forged.Write(FilePath);
        using var rig = new TrainingRig(seed: 2);
        rig.Train(2);
        var before = rig.State();
        var e = Assert.Throws<CheckpointException>(() => rig.Checkpoint.Load(FilePath))!;
        foreach (var message in messages) Assert.That(e.Message, Does.Contain(message));
        Assert.That(rig.State(), Is.EqualTo(before));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        rig.Train(1);
    }

    [Test]
    public void AnUnchangedForgeryLoads()
    {
        new ForgedFile(_whole).Write(FilePath);
        using var rig = new TrainingRig(seed: 2);
        rig.Checkpoint.Load(FilePath);
        using var straight = new TrainingRig();
        straight.Train(7);
        Assert.That(rig.State(), Is.EqualTo(straight.State()));
    }

    [TestCase(8, 0)]
    [TestCase(8, 625)]
    [TestCase(8, -1)]
    [TestCase(12, 0)]
    [TestCase(16, 625)]
    [TestCase(28, 1)]
    [TestCase(5040, 2)]
    public void ARandomStateThatIsNoneIsRefused(int at, int value) =>
        Refused(f => BinaryPrimitives.WriteInt32LittleEndian(f.Bytes("random/cpu")[at..], value), "'random'", "Mersenne Twister");

    [Test]
    public void ARandomStateOfAnotherShapeIsRefused() =>
        Refused(f => f.Entry("random/cpu")["shape"] = new JsonArray(1, 5056), "'random'", "Byte [5056]");

    [Test]
    public void AMissingTensorOfTheStateIsRefused([Values("exp_avg", "exp_avg_sq", "max_exp_avg_sq")] string field) =>
        Refused(f => f.Remove($"optimizer/head.weight/{field}"), "'optimizer'", $"lacks 'head.weight/{field}'");

    [Test]
    public void AMissingTensorOfTheModelIsRefused() => Refused(f => f.Remove("model/head.weight"), "'head.weight' is not in the checkpoint");

    [TestCase("model/head.weight")]
    [TestCase("optimizer/head.weight/exp_avg")]
    [TestCase("average/head.weight")]
    [TestCase("step/head.weight")]
    public void ATensorOfAnotherShapeOrDtypeIsRefused(string tensor)
    {
        Refused(f => f.Entry(tensor)["shape"] = new JsonArray(4, 3), "head.weight", "[4, 3]");
        Refused(f => f.Entry(tensor)["shape"] = new JsonArray(12), "[12]");
        Refused(f => f.Entry(tensor)["dtype"] = "I32", "Int32");
        Refused(f => f.Entry(tensor)["dtype"] = "99", "'99'");
    }

    [Test]
    public void ATensorOfNoPartIsRefused() => Refused(
        f =>
        {
            f.Header["other/w"] = new JsonObject { ["dtype"] = "U8", ["shape"] = new JsonArray(1), ["data_offsets"] = new JsonArray(f.Data.Length, f.Data.Length + 1) };
            f.Data = [.. f.Data, 0];
        }, "belongs to no part");

    [TestCase("step", "Iterations", "-5")]
    [TestCase("step", "Iterations", "9223372036854775807")]
    [TestCase("step", "Iterations", "1e300")]
    [TestCase("step", "Iterations", "\"NaN\"")]
    [TestCase("step", "Updates", "1000")]
    [TestCase("step", "Updates", "0")]
    [TestCase("step", "Skips", "-1")]
    [TestCase("loss scale", "Value", "\"NaN\"")]
    [TestCase("loss scale", "Value", "0")]
    [TestCase("loss scale", "Value", "0.5")]
    [TestCase("loss scale", "Value", "-1")]
    [TestCase("loss scale", "Value", "\"Infinity\"")]
    [TestCase("loss scale", "GoodUpdates", "-1")]
    [TestCase("average", "Updates", "-1")]
    [TestCase("schedules", "Update", "-1")]
    [TestCase("schedules", "Update", "9223372036854775807")]
    [TestCase("schedules", "Groups", "[]")]
    [TestCase("schedules", "Groups", "null")]
    [TestCase("schedules", "Schedules", "null")]
    [TestCase("schedules", "Reports", "null")]
    [TestCase("optimizer", "Groups", "[]")]
    [TestCase("optimizer", "Groups", "null")]
    [TestCase("optimizer", "Parameters", "null")]
    [TestCase("optimizer", "Kind", "\"SGD\"")]
    [TestCase("model", "Aliases", "null")]
    [TestCase("model", "Aliases", "{\"a\":\"b\"}")]
    [TestCase("model", "Frozen", "null")]
    [TestCase("model", "Renames", "null")]
    [TestCase("data", "Position", "11")]
    [TestCase("data", "Position", "-1")]
    [TestCase("data", "Epoch", "-1")]
    [TestCase("data", "Count", "5")]
    public void ANumberOutOfRangeIsRefused(string part, string field, string value) =>
        Refused(f => f.Parts[part][field] = JsonNode.Parse(value), $"'{part}'");

    [TestCase("LearningRate", "\"NaN\"")]
    [TestCase("LearningRate", "-1")]
    [TestCase("beta1", "7")]
    [TestCase("weight_decay", "-1")]
    [TestCase("amsgrad", "0.5")]
    [TestCase("eps", "\"Infinity\"")]
    public void AnOptionOutOfRangeIsRefused(string option, string value) =>
        Refused(f => f.Parts["optimizer"]["Groups"]![0]![option] = JsonNode.Parse(value), "'optimizer'", option);

    [Test]
    public void AnOptionThatIsMissingOrUnknownIsRefused()
    {
        Refused(f => f.Parts["optimizer"]["Groups"]![0]!.AsObject().Remove("eps"), "The options of group 0");
        Refused(f => f.Parts["optimizer"]["Groups"]![0]!["other"] = 1, "The options of group 0");
    }

    [TestCase("-1")]
    [TestCase("1e300")]
    [TestCase("0.5")]
    [TestCase("\"NaN\"")]
    public void AStepCountOutOfRangeIsRefused(string value) =>
        Refused(f => f.Parts["optimizer"]["Parameters"]!["head.weight"]!["Numbers"]!["step"] = JsonNode.Parse(value), "'optimizer'", "'step' of 'head.weight'");

    [Test]
    public void AGroupThatIsNotThereIsRefused() =>
        Refused(f => f.Parts["optimizer"]["Parameters"]!["head.weight"]!["Group"] = 99, "'optimizer'", "is in group 99");

    [Always(MaxTest = 100)]
    public void AnyForgeryLoadsOrChangesNothing(int seed) => LoadsOrChangesNothing(new Random(seed));

    [Test, Category("Long")]
    public void ManyForgeriesLoadOrChangeNothing()
    {
        for (var seed = 0; seed < 3000; seed++) LoadsOrChangesNothing(new Random(seed));
    }

    private void LoadsOrChangesNothing(Random random)
    {
        var forged = new ForgedFile(_whole);
        if (random.Next(2) == 0)
        {
            forged.Write(FilePath, Safetensors.HeaderGrammar.Change(forged.Header, random));
        }
        else
        {
            var part = forged.Parts.Keys.ElementAt(random.Next(forged.Parts.Count));
            forged.Metadata["part/" + part] = Safetensors.HeaderGrammar.Change(forged.Parts[part], random);
            forged.Parts.Clear();
            forged.Write(FilePath);
        }

        using var rig = new TrainingRig(seed: 2);
        var before = rig.State();
        try
        {
            rig.Checkpoint.Load(FilePath);
            // A count of iterations may be forged to the end of the run, after which no step is taken.
            if (!rig.Step.IsOver) rig.Train(1);
        }
        catch (CheckpointException)
        {
            Assert.That(rig.State(), Is.EqualTo(before));
        }
    }

    [Test]
    public void DamageIsFound() => Damaged(150, 300);

    [Test, Category("Long")]
    public void AllDamageIsFound() => Damaged(_whole.Length, 10_000);

    private void Damaged(int cuts, int flips)
    {
        using var rig = new TrainingRig(seed: 2);
        var (before, random) = (rig.State(), new Random(4));
        for (var i = 0; i < cuts; i++) Given(_whole[..(int)((long)i * _whole.Length / cuts)]);
        for (var i = 0; i < flips; i++)
        {
            var bytes = (byte[])_whole.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Given(bytes);
        }

        for (var i = 0; i < flips / 10; i++)
        {
            var (bytes, from, to, length) = ((byte[])_whole.Clone(), random.Next(_whole.Length - 64), random.Next(_whole.Length - 64), random.Next(1, 64));
            if (i % 2 == 0) bytes.AsSpan(from, length).Clear();
            else _whole.AsSpan(from, length).CopyTo(bytes.AsSpan(to));
            if (!bytes.AsSpan().SequenceEqual(_whole)) Given(bytes);
        }

        Given([.. _whole, 0]);
        Assert.That(rig.State(), Is.EqualTo(before));

        void Given(byte[] bytes)
        {
            File.WriteAllBytes(FilePath, bytes);
            Assert.That(() => rig.Checkpoint.Load(FilePath), Throws.TypeOf<CheckpointException>());
        }
    }
}
