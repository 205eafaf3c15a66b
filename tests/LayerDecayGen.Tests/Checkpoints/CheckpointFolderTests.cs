using LayerDecayGen.Training;

namespace LayerDecayGen.Tests.Checkpoints;

public sealed class CheckpointFolderTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private string[] Updates() => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileNameWithoutExtension(f)[5..].TrimStart('0')).Order(StringComparer.Ordinal)];

    [Test]
    public void KeepsTheLastAndTheBest([Values] bool higher)
    {
        using var rig = new TrainingRig();
        var folder = new CheckpointFolder(_folder, keepLast: 2) { HigherIsBetter = higher };
        double[] metrics = [0.5, 0.1, 0.9, 0.4, 0.6];
        for (var i = 0; i < metrics.Length; i++) folder.Save(rig.Checkpoint, i + 1, metrics[i]);
        Assert.That(Updates(), Is.EqualTo(higher ? new[] { "3", "4", "5" } : ["2", "4", "5"]));
        Assert.That(Path.GetFileName(folder.Best), Is.EqualTo(higher ? "step-000000003.safetensors" : "step-000000002.safetensors"));
        Assert.That(Path.GetFileName(folder.Newest), Is.EqualTo("step-000000005.safetensors"));
    }

    [Test]
    public void WithoutAMetricThereIsNoBest()
    {
        using var rig = new TrainingRig();
        var folder = new CheckpointFolder(_folder, keepLast: 1);
        folder.Save(rig.Checkpoint, 1);
        folder.Save(rig.Checkpoint, 2);
        Assert.That((folder.Best, Updates().Single()), Is.EqualTo(((string?)null, "2")));
        Assert.That(() => folder.Save(rig.Checkpoint, 3, double.NaN), Throws.ArgumentException);
    }

    [Test]
    public void ResumesFromTheNewestWholeOneAndNamesTheDamaged()
    {
        using var straight = new TrainingRig();
        var folder = new CheckpointFolder(_folder);
        for (var i = 0; i < 2; i++)
        {
            straight.Train(3);
            folder.Save(straight.Checkpoint, straight.Step.Updates);
        }

        var newest = folder.Newest!;
        var bytes = File.ReadAllBytes(newest);
        bytes[^1] ^= 1;
        File.WriteAllBytes(newest, bytes);
        using var resumed = new TrainingRig(seed: 2);
        var result = folder.Resume(resumed.Checkpoint)!;
        Assert.That((resumed.Step.Iterations, result.Damaged.Single()), Is.EqualTo((3L, newest)));
    }

    [Test]
    public void AnEmptyFolderResumesNothingAndOneWithoutAWholeFileThrows()
    {
        using var rig = new TrainingRig();
        var folder = new CheckpointFolder(Path.Combine(_folder, "new"));
        Assert.That((folder.Resume(rig.Checkpoint), folder.Newest), Is.EqualTo(((Resumed?)null, (string?)null)));
        Directory.CreateDirectory(folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "step-000000001.safetensors"), "half");
        Assert.That(() => folder.Resume(rig.Checkpoint), Throws.TypeOf<CheckpointException>().With.Message.Contains("None of the 1 checkpoints"));
    }

    [Test]
    public void LeftoversOfAKilledProcessAreRemoved()
    {
        using var rig = new TrainingRig();
        var folder = new CheckpointFolder(_folder);
        File.WriteAllText(Path.Combine(_folder, $"step-000000001.safetensors.{new string('a', 32)}.ldgtmp"), "half");
        folder.Save(rig.Checkpoint, 2);
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }
}
