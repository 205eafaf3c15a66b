using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.PyBridge;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Checkpoints;

/// <summary>The code of docs/checkpoints.md and docs/pretrained.md, compiled and run.</summary>
public sealed partial class CheckpointDocs
{
    private static readonly string s_root =
        typeof(CheckpointDocs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("checkpoints.md")]
    [TestCase("pretrained.md")]
    public void BlocksAreCompiledCode(string document)
    {
        var source = Lines(File.ReadAllText(Path.Combine(s_root, "tests/LayerDecayGen.Tests/Checkpoints/CheckpointDocs.cs")));
        var blocks = CodeBlock().Matches(File.ReadAllText(Path.Combine(s_root, "docs", document)));
        Assert.That(blocks, Is.Not.Empty);
        foreach (Match block in blocks) Assert.That(source, Does.Contain(Lines(block.Groups[1].Value)));
    }

    private static string Lines(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)) + "\n";

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [Test]
    public void SaveAndLoad()
    {
        using var rig = new TrainingRig();
        var (step, order, path) = (rig.Step, rig.Order, Path.Combine(_folder, "run.safetensors"));
        var checkpoint = new Checkpoint(step) { Parts = [order] };
        checkpoint.Save(path);
        Console.WriteLine(checkpoint.Load(path));
        Assert.That(checkpoint.Load(path).ToString(), Is.Empty);
    }

    [Test]
    public void Folder()
    {
        using var rig = new TrainingRig();
        var (step, checkpoint, path, accuracy) = (rig.Step, rig.Checkpoint, _folder, 0.5);
        var folder = new CheckpointFolder(path, keepLast: 2) { HigherIsBetter = true };
        if (folder.Resume(checkpoint) is { } resumed) Console.WriteLine($"going on from {resumed.Path}");
        folder.Save(checkpoint, step.Updates, metric: accuracy);
        Assert.That(folder.Best, Is.EqualTo(folder.Newest).And.Not.Null);
    }

    [Test]
    public void Differences()
    {
        using var saved = new TrainingRig();
        var path = Path.Combine(_folder, "run.safetensors");
        new Checkpoint(saved.Step).Save(path);
        using var rig = new TrainingRig(model: new RigModel(classes: 5));
        var (groups, checkpoint) = (rig.Groups, new Checkpoint(rig.Step));
        var difference = checkpoint.Load(path, new() { Without = ["average"], Partly = [groups.Head], PartlyNamed = ["neck.**"] });
        Assert.That(difference.Notes, Has.Some.Contains("head.weight"));
    }

    private
    sealed class Counter : ICheckpointPart
    {
        public int Value { get; set; }

        public string Name => "counter";

        public void Save(PartWriter to) => to.Text = Value.ToString(CultureInfo.InvariantCulture);

        public Action Load(SavedPart saved)
        {
            var value = int.Parse(saved.Text, CultureInfo.InvariantCulture);
            return () => Value = value;
        }
    }

    [Test]
    public void OwnPart()
    {
        using var model = nn.Linear(1, 1);
        var (path, saved, loaded) = (Path.Combine(_folder, "run.safetensors"), new Counter { Value = 5 }, new Counter());
        new Checkpoint(model) { Parts = [saved] }.Save(path);
        new Checkpoint(model) { Parts = [loaded] }.Load(path);
        Assert.That(loaded.Value, Is.EqualTo(5));
    }

    [Test]
    public void LoadPretrained()
    {
        using var source = new RigModel(classes: 7);
        var path = Path.Combine(_folder, "model.safetensors");
        ModelWeights.Save(source, path);
        using var model = new RigModel();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        var result = PretrainedWeights.Load(model, path, except: groups.Head);
        Console.WriteLine(result);
        Assert.That(result.OtherShape, Is.EqualTo(new[] { "head.weight", "head.bias" }));
    }

    [Test]
    public void Names()
    {
        var options = new PretrainedOptions
        {
            StripPrefix = "bert.",
            Renames = [new("**.LayerNorm.gamma", "**.LayerNorm.weight"), new("**.LayerNorm.beta", "**.LayerNorm.bias")],
            Ignore = ["cls.**"],
        };
        var path = Path.Combine(_folder, "model.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor>
        {
            ["bert.embeddings.LayerNorm.gamma"] = full(2, 3f), ["bert.embeddings.LayerNorm.beta"] = full(2, 4f), ["cls.predictions.bias"] = zeros(1),
        });
        using var norm = nn.LayerNorm(2);
        using var model = nn.Sequential(("embeddings", nn.Sequential(("LayerNorm", norm))));
        PretrainedWeights.Load(model, path, options);
        Assert.That((norm.weight[0].item<float>(), norm.bias![0].item<float>()), Is.EqualTo((3f, 4f)));
    }

    [Test]
    public void Adapters()
    {
        var options = new PretrainedOptions
        {
            Adapters =
            {
                ["pos_embed"] = WeightAdapter.PositionTable(prefixTokens: 1),
                ["blocks.*.fc.weight"] = WeightAdapter.Transpose,
            },
        };
        Assert.That(options.Adapters["pos_embed"].Convert(ones(1, 1 + 4, 2), [1, 1 + 9, 2]).mean().item<float>(), Is.EqualTo(1).Within(1e-6));
        Assert.That(options.Adapters["blocks.*.fc.weight"].Convert(zeros(2, 3), [3, 2]).shape, Is.EqualTo(new long[] { 3, 2 }));
    }

    [Test]
    public void SaveWeights()
    {
        using var model = nn.Linear(2, 2);
        var path = Path.Combine(_folder, "model.safetensors");
        ModelWeights.Save(model, path, new() { AddPrefix = "backbone.", Dtype = ScalarType.BFloat16 });
        using var file = SafetensorsFile.Open(path);
        Assert.That(file.Find("backbone.weight")!.Dtype, Is.EqualTo(ScalarType.BFloat16));
    }

    [Test]
    public void PicklesAreConvertedOnce()
    {
        using var original = nn.Linear(2, 3);
        var (pickle, path) = (Path.Combine(_folder, "model.pth"), Path.Combine(_folder, "model.safetensors"));
        original.save_py(pickle);
        using var source = nn.Linear(2, 3);
        source.load_py(pickle, strict: true);
        ModelWeights.Save(source, path);
        using var model = nn.Linear(2, 3);
        PretrainedWeights.Load(model, path);
        Assert.That(model.weight.Equals(original.weight), Is.True);
    }
}
