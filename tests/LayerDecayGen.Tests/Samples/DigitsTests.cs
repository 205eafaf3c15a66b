using System.Security.Cryptography;

namespace LayerDecayGen.Tests.Samples;

/// <summary>The digits: bad usage, and the same seed with the same result.</summary>
public sealed class DigitsTests
{
    private static readonly SampleProcess Sample = new("Digits");

    [TestCase("--device tpu", "--device tpu: unknown device; use cpu, cuda or mps")]
    [TestCase("--data nowhere", "--data nowhere: neither 'digits' nor 'fashion-mnist' nor an existing folder")]
    [TestCase("--layer-decay 1.5", "--layer-decay 1.5: must be above 0 and at most 1")]
    [TestCase("--layer-decay 0", "--layer-decay 0: must be above 0 and at most 1")]
    [TestCase("--layer-decay much", "--layer-decay")]
    [TestCase("--epochs 0", "--epochs 0: must be at least 1")]
    [TestCase("--labels 1797", "--labels 1797: digits has 1797 images, and some must be held out")]
    [TestCase("--dekay 0.5", "--dekay")]
    public void BadUsageIsOneClearLineAndExitCode2(string arguments, string told)
    {
        var (exitCode, output, error) = Sample.Run(arguments);
        Assert.That(exitCode, Is.EqualTo(2), output + error);
        Assert.That(output, Is.Empty);
        Assert.That(error.Trim(), Does.Contain(told).And.Not.Contain("\n"));
    }

    [Test]
    public void AFolderWithoutIdxFilesIsToldWhatIsMissing()
    {
        var folder = Directory.CreateTempSubdirectory("layerdecaygen-").FullName;
        var (exitCode, _, error) = Sample.Run($"--data {folder}");
        Directory.Delete(folder);
        Assert.That(exitCode, Is.EqualTo(2));
        Assert.That(error, Does.Contain("no file train-images-idx3-ubyte"));
    }

    [Test]
    public void TheSameSeedGivesTheSameModelAndAnotherSeedAnother()
    {
        var models = new[] { 3, 3, 4 }.Select(Train).ToArray();
        Assert.That(models[1], Is.EqualTo(models[0]));
        Assert.That(models[2], Is.Not.EqualTo(models[0]));
    }

    private static string Train(int seed)
    {
        var folder = Directory.CreateTempSubdirectory("layerdecaygen-").FullName;
        var (exitCode, output, error) = Sample.Run($"--pretrain-epochs 1 --epochs 1 --labels 100 --seed {seed} --out {folder}");
        Assert.That(exitCode, Is.Zero, error);
        Assert.That(output, Does.Contain("lr scale").And.Contain("accuracy").And.Contain("model.dat"), "the group table before training, and at the end accuracy and files");
        var model = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "model.dat"))));
        Directory.Delete(folder, recursive: true);
        return model;
    }
}
