using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using FineTune.Data;
using FineTune.Pretrained;
using FineTune.Training;
using LayerDecayGen.Training;

namespace LayerDecayGen.Tests.Samples;

/// <summary>Fine-tuning as a person runs it: bad usage, the files, the same seed, and a training that was killed.</summary>
public sealed class FineTuneTests
{
    private static readonly SampleProcess Sample = new("FineTune");

    private string _folder = null!;

    [SetUp]
    public void Begin() => _folder = Directory.CreateTempSubdirectory("layerdecaygen-").FullName;

    [TearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [TestCase("--device tpu", "--device tpu: unknown device; use cpu, cuda or mps")]
    [TestCase("--dtype float16", "--dtype float16: must be float32 or bfloat16")]
    [TestCase("--layer-decay 0", "--layer-decay 0: must be in (0, 1]")]
    [TestCase("--layer-decay NaN", "--layer-decay NaN: must be in (0, 1]")]
    [TestCase("--lr 0", "--lr 0: must be above 0")]
    [TestCase("--ema 1", "--ema 1: must be in [0, 1)")]
    [TestCase("--accumulation 0", "--accumulation 0: must be at least 1")]
    [TestCase("--labels many", "--labels")]
    [TestCase("--labels 2001", "--labels 2001: reviews has 2000 sentences beside the 1000 held out")]
    [TestCase("--data nowhere.tsv", "--data nowhere.tsv:")]
    [TestCase("--compare --find-lr", "--compare, --find-lr and --resume do not go together")]
    [TestCase("--dekay 0.5", "--dekay")]
    public void BadUsageIsOneLineAndExitCode2(string arguments, string message) =>
        AssertRefused(Sample.Run($"{arguments} --out {Path.Combine(_folder, "out")}"), message);

    [Test]
    public void AFolderThatCannotBeWrittenIsRefusedBeforeAnythingTrains()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        AssertRefused(Sample.Run($"--out {Path.Combine(file, "out")}"), "cannot be written to");
    }

    [TestCase("1\tgood\n0 bad\n", "line 2 has 0 tabs")]
    [TestCase("1\tgood\n\n0\tbad\ttwice\n", "line 3 has 2 tabs")]
    [TestCase("1\tgood\nbad\tbad\n", "line 2 has the label 'bad'; it must be a whole number from 0 to 999")]
    [TestCase("1\tgood\n-1\tbad\n", "line 2 has the label '-1'")]
    [TestCase("1\tgood\n0\t \n", "line 2 has no sentence")]
    [TestCase("1\tgood\n1\tbetter\n", "it has 1 different labels")]
    [TestCase("0\tbad\n2\tgood\n", "no sentence has the label 1")]
    [TestCase("0\tbad\n1\tgood\n", "too few")]
    [TestCase("", "it has 0 different labels")]
    public void AFileThatCannotBeUsedSaysTheLine(string content, string message)
    {
        var file = Path.Combine(_folder, "own.tsv");
        File.WriteAllText(file, content);
        Assert.That(() => Sentences.Load(file), Throws.TypeOf<DataException>().With.Message.Contains(message));
    }

    [Test]
    public void HeldOutSentencesAreAThousandBalancedAndNeverTrainedOn()
    {
        var reviews = Sentences.Load(Sentences.Reviews);
        Assert.That((reviews.HeldOut.Count, reviews.Pool.Count), Is.EqualTo((1000, 2000)));
        var strata = reviews.HeldOut.GroupBy(s => (s.Source, s.Label)).Select(g => g.Count()).ToArray();
        Assert.That(strata, Has.Length.EqualTo(6).And.All.InRange(166, 167));
        Assert.That(reviews.Choose(2000, seed: 5), Is.EquivalentTo(reviews.Pool));
        var (once, again) = (reviews.Choose(400, seed: 5), reviews.Choose(400, seed: 5));
        Assert.That(again, Is.EqualTo(once).And.Not.EqualTo(reviews.Choose(400, seed: 6)));
    }

    [Test]
    public void AKilledTrainingThatIsResumedEndsLikeOneThatWasNotAndItsModelLoadsBack()
    {
        var data = Path.Combine(_folder, "own.tsv");
        File.WriteAllLines(data, Enumerable.Range(0, 30).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 2}\tThe {i}th was {(i % 2 == 0 ? "bad" : "good")}.")));
        var arguments = $"--data {data} --epochs 2 --batch 4 --accumulation 2 --ema 0.9 --seed 3 --out ";
        var (whole, killed) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "killed"));
        var output = Trained(arguments + whole);
        Kill(arguments + killed);
        Trained(arguments + killed + " --resume");
        foreach (var file in new[] { "model.safetensors", "metrics.csv", "lr.svg" })
            Assert.That(Hash(Path.Combine(killed, file)), Is.EqualTo(Hash(Path.Combine(whole, file))), file);

        var accuracy = Regex.Match(output, @"accuracy ([\d.]+) on 10 held-out").Groups[1].Value;
        Assert.That(AccuracyOf(data, Path.Combine(whole, "model.safetensors")).ToString("F4", CultureInfo.InvariantCulture), Is.EqualTo(accuracy));
        AssertHuggingFaceNames(Path.Combine(whole, "model.safetensors"));
    }

    private static double AccuracyOf(string data, string weights)
    {
        var tokens = new Tokens(MiniLm.Files().Vocabulary);
        using var trainer = new Trainer(new JobOptions(), weights, tokens, TokenSet.Of(Sentences.Load(data), labels: 4, seed: 0, tokens));
        Assert.That(trainer.Loaded.Loaded, Has.Count.EqualTo(105), $"{trainer.Loaded}");
        return trainer.Accuracy();
    }

    private static void AssertHuggingFaceNames(string weights)
    {
        using var file = SafetensorsFile.Open(weights);
        Assert.That(file.Metadata["format"], Is.EqualTo("pt"));
        Assert.That(file.Find("embeddings.word_embeddings.weight")?.Shape, Is.EqualTo(new long[] { 30522, 384 }));
        Assert.That(file.Find("encoder.layer.5.attention.self.query.weight")?.Shape, Is.EqualTo(new long[] { 384, 384 }));
        Assert.That(file.Find("encoder.layer.0.intermediate.dense.weight")?.Shape, Is.EqualTo(new long[] { 1536, 384 }));
        Assert.That(file.Find("pooler.dense.bias")?.Shape, Is.EqualTo(new long[] { 384 }));
    }

    private static string Trained(string arguments)
    {
        var (exitCode, output, error) = Sample.Run(arguments);
        Assert.That(exitCode, Is.Zero, output + error);
        Assert.That(output, Does.Contain("lr scale").And.Contain("model.safetensors"), "the group table before training, and the files at the end");
        return output;
    }

    // Ends the process as soon as the first checkpoint is there.
    private static void Kill(string arguments)
    {
        using var process = Sample.Start(arguments);
        while (process.StandardOutput.ReadLine() is { } line && !line.StartsWith("epoch 1 of 2", StringComparison.Ordinal)) { }
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Not.Zero, "it was over before it was killed");
    }

    private static void AssertRefused((int ExitCode, string Output, string Error) run, string message)
    {
        Assert.That(run.ExitCode, Is.EqualTo(2), run.Output + run.Error);
        Assert.That(run.Output, Is.Empty);
        Assert.That(run.Error.Trim(), Does.Contain(message).And.Not.Contain("\n"));
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
