using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Weights;

/// <summary>A small encoder with a stem, blocks with a norm that has buffers, and a head.</summary>
[LayerDecay(0.5)]
public sealed partial class SmallEncoder : Module<Tensor, Tensor>
{
    [Layer(0)] private readonly Embedding embed;
    [LayerStack] private readonly ModuleList<Sequential> blocks;
    [LastLayer] private readonly Sequential head;

    public SmallEncoder(int depth = 2, int classes = 3, int width = 4) : base(nameof(SmallEncoder))
    {
        embed = Embedding(5, width);
        blocks = ModuleList([.. Enumerable.Range(0, depth).Select(_ => Sequential(("fc", Linear(width, width)), ("bn", BatchNorm1d(width))))]);
        head = Sequential(("bn", BatchNorm1d(width)), ("fc", Linear(width, classes)));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = embed.call(x);
        foreach (var block in blocks) x = block.call(x);
        return head.call(x);
    }
}

public sealed class PretrainedWeightsTests
{
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "model.safetensors");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("ldg").FullName;

    [TearDown]
    public void DropFolder() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, byte[]> Bytes(nn.Module model) =>
        model.state_dict().ToDictionary(t => t.Key, t => Safetensors.RandomTensors.Bytes(t.Value));

    private void Write(Dictionary<string, Tensor> tensors) => SafetensorsWriter.Write(FilePath, tensors);

    private static void Refused(Action load, nn.Module model, params string[] messages)
    {
        var before = Bytes(model);
        var e = Assert.Throws<PretrainedWeightsException>(() => load())!;
        foreach (var message in messages) Assert.That(e.Message, Does.Contain(message));
        Assert.That(Bytes(model), Is.EqualTo(before));
    }

    [Test]
    public void WhatIsSavedIsLoaded()
    {
        using var source = new SmallEncoder();
        using var model = new SmallEncoder();
        ModelWeights.Save(source, FilePath);
        var result = PretrainedWeights.Load(model, FilePath);
        Assert.That(Bytes(model), Is.EqualTo(Bytes(source)));
        Assert.That(result.Loaded, Is.EquivalentTo(source.state_dict().Keys));
        Assert.That(result.ToString(), Does.StartWith("22 of 22 tensors of SmallEncoder from ").And.Not.Contain("\n"));
    }

    [Test]
    public void NamesChangeThereAndBack()
    {
        using var source = new SmallEncoder();
        using var model = new SmallEncoder();
        ModelWeights.Save(source, FilePath, new() { AddPrefix = "module.", Renames = [new("module.blocks.*.bn.**", "module.layer.*.norm.**")] });
        using (var file = SafetensorsFile.Open(FilePath))
            Assert.That(file.Find("module.layer.1.norm.running_mean"), Is.Not.Null);
        PretrainedWeights.Load(model, FilePath, new() { StripPrefix = "module.", Renames = [new("layer.*.norm.**", "blocks.*.bn.**")] });
        Assert.That(Bytes(model), Is.EqualTo(Bytes(source)));
    }

    [Test]
    public void StrictUnlessSaidOtherwise()
    {
        using var source = new SmallEncoder(depth: 3, classes: 7);
        using var model = new SmallEncoder();
        ModelWeights.Save(source, FilePath);
        Refused(() => PretrainedWeights.Load(model, FilePath), model,
            "nothing was loaded", "head.fc.weight: [7, 4] in the file and [3, 4] in the model", "blocks.2.fc.weight: in the file and not in the model");
        var groups = model.GetParameterGroups(new() { WeightDecay = 0 });
        var before = Bytes(model);
        var result = PretrainedWeights.Load(model, FilePath, new() { Ignore = ["blocks.2.**"] }, except: groups.Head);
        Assert.That(result.OtherShape, Is.EqualTo(new[] { "head.fc.weight", "head.fc.bias" }));
        Assert.That(result.Unexpected, Has.Count.EqualTo(7));
        var (after, from) = (Bytes(model), Bytes(source));
        foreach (var (name, bytes) in after) Assert.That(bytes, Is.EqualTo(name.StartsWith("head.fc", StringComparison.Ordinal) ? before[name] : from[name]), name);
    }

    [Test]
    public void AMissingSectionStaysWithItsBuffers()
    {
        using var source = new SmallEncoder();
        using var model = new SmallEncoder();
        Write(source.state_dict().Where(t => !t.Key.StartsWith("head.", StringComparison.Ordinal)).ToDictionary());
        Refused(() => PretrainedWeights.Load(model, FilePath), model, "head.bn.running_mean: not in the file");
        var result = PretrainedWeights.Load(model, FilePath, except: model.GetParameterGroups(new() { WeightDecay = 0 }).Head);
        Assert.That(result.Missing, Is.EquivalentTo(model.state_dict().Keys.Where(k => k.StartsWith("head.", StringComparison.Ordinal))));
        Assert.That(Bytes(model)["embed.weight"], Is.EqualTo(Bytes(source)["embed.weight"]));
    }

    [Test]
    public void ATypingErrorIsNamedWithTheNearestName()
    {
        using var model = new SmallEncoder();
        var tensors = model.state_dict().ToDictionary();
        tensors.Remove("embed.weight", out var weight);
        tensors["embd.weight"] = weight!;
        Write(tensors);
        Refused(() => PretrainedWeights.Load(model, FilePath), model,
            "embed.weight: not in the file; nearest name 'embd.weight'", "embd.weight: in the file and not in the model; nearest name 'embed.weight'");
        Refused(() => PretrainedWeights.Load(model, FilePath, new() { StripPrefix = "bert." }), model, "begins with 'bert.'");
        Refused(() => PretrainedWeights.Load(model, FilePath, new() { Renames = [new("embedd.weight", "x")] }), model, "'embedd.weight' matches no name", "nearest name 'embd.weight'");
        Refused(() => PretrainedWeights.Load(model, FilePath, new() { Renames = [new("**", "x")] }), model, "are both 'x'");
    }

    [Test]
    public void OneIsNotTen()
    {
        using var model = new SmallEncoder(depth: 11);
        ModelWeights.Save(model, FilePath);
        var e = Assert.Throws<PretrainedWeightsException>(() => PretrainedWeights.Load(model, FilePath, new() { Renames = [new("blocks.1.**", "gone.**")] }))!;
        Assert.That(e.Result!.Unexpected, Has.Count.EqualTo(7).And.All.StartsWith("gone."));
    }

    [TestCase(ScalarType.Float16, ScalarType.Float32, true)]
    [TestCase(ScalarType.BFloat16, ScalarType.Float64, true)]
    [TestCase(ScalarType.Float32, ScalarType.Float64, true)]
    [TestCase(ScalarType.Float32, ScalarType.BFloat16, false)]
    [TestCase(ScalarType.Float16, ScalarType.BFloat16, false)]
    [TestCase(ScalarType.BFloat16, ScalarType.Float16, false)]
    public void WideningIsSilentAndNarrowingAsked(ScalarType from, ScalarType to, bool widening)
    {
        using var source = Linear(2, 2).to(from);
        using var model = Linear(2, 2).to(to);
        ModelWeights.Save(source, FilePath);
        if (!widening) Refused(() => PretrainedWeights.Load(model, FilePath), model, "loses digits");
        var result = PretrainedWeights.Load(model, FilePath, new() { AllowNarrowing = !widening });
        Assert.That(result.Converted, Is.EqualTo(new[] { "weight", "bias" }));
        var expected = source.weight.to(to);
        Assert.That(Safetensors.RandomTensors.Bytes(model.weight), Is.EqualTo(Safetensors.RandomTensors.Bytes(expected)));
    }

    [Test]
    public void NarrowingDoesNotMakeNumbersInfinite()
    {
        using var model = Linear(1, 1, dtype: ScalarType.Float16);
        Write(new() { ["weight"] = full([1, 1], 1e6f), ["bias"] = zeros(1) });
        Refused(() => PretrainedWeights.Load(model, FilePath, new() { AllowNarrowing = true }), model, "weight: Float32 numbers of the file would be infinite in Float16");
        Write(new() { ["weight"] = full([1, 1], float.PositiveInfinity), ["bias"] = zeros(1) });
        PretrainedWeights.Load(model, FilePath, new() { AllowNarrowing = true });
    }

    [Test]
    public void FloatingNumbersNeverBecomeWhole()
    {
        using var model = BatchNorm1d(1);
        var tensors = model.state_dict().ToDictionary();
        tensors["num_batches_tracked"] = tensor(1.5);
        Write(tensors);
        Refused(() => PretrainedWeights.Load(model, FilePath, new() { AllowNarrowing = true }), model, "num_batches_tracked: Float64 in the file and Int64 in the model");
    }

    [Test]
    public void ATransposedMatrixIsNamedAndLoaded()
    {
        using var model = Linear(2, 3);
        var (weight, bias) = (randn(2, 3), randn(3));
        Write(new() { ["weight"] = weight, ["bias"] = bias });
        Refused(() => PretrainedWeights.Load(model, FilePath), model, "weight: [2, 3] in the file and [3, 2] in the model; WeightAdapter.Transpose");
        var result = PretrainedWeights.Load(model, FilePath, new() { Adapters = { ["weight"] = WeightAdapter.Transpose } });
        Assert.That((model.weight.Equals(weight.t()), result.ToString().Contains("weight: transposed", StringComparison.Ordinal)), Is.EqualTo((true, true)));
    }

    [Test]
    public void AnAdapterThatDoesNothingOrFailsIsRefused()
    {
        using var model = Linear(2, 3);
        ModelWeights.Save(model, FilePath);
        void Given(Dictionary<string, WeightAdapter> adapters, string message) =>
            Refused(() => PretrainedWeights.Load(model, FilePath, new() { Adapters = adapters }), model, message);
        Given(new() { ["wieght"] = WeightAdapter.Transpose }, "'wieght' has no tensor to adapt: the model has no such name; nearest name 'weight'");
        Given(new() { ["weight"] = WeightAdapter.Transpose }, "weight: transposed, it is [2, 3], and [3, 2] in the model");
        Given(new() { ["bias"] = WeightAdapter.Transpose }, "bias: [3] cannot be transposed: only a matrix");
        Given(new() { ["*"] = WeightAdapter.Reshape, ["bias"] = WeightAdapter.Reshape }, "both match it");
        Given(new() { ["bias"] = WeightAdapter.Of("cut", (t, _) => t[5]) }, "bias: [3] cannot be cut");
    }

    [Test]
    public void ShardsLoadThroughTheIndexOrTheFolder([Values] bool folder)
    {
        using var source = new SmallEncoder();
        using var model = new SmallEncoder();
        var all = source.state_dict().ToList();
        for (var s = 0; s < 2; s++) SafetensorsWriter.Write(Path.Combine(_folder, $"model-0000{s}.safetensors"), all.Where((_, i) => i % 2 == s));
        var map = string.Join(",", all.Select((t, i) => $"\"{t.Key}\":\"model-0000{i % 2}.safetensors\""));
        File.WriteAllText(FilePath + ".index.json", $"{{\"metadata\":{{\"total_size\":1}},\"weight_map\":{{{map}}}}}");
        PretrainedWeights.Load(model, folder ? _folder : FilePath + ".index.json");
        Assert.That(Bytes(model), Is.EqualTo(Bytes(source)));
    }

    [TestCase("{\"weight_map\":{\"weight\":\"../a.safetensors\"}}", "not the name of a file beside it")]
    [TestCase("{\"weight_map\":{\"weight\":\"/etc/passwd\"}}", "not the name of a file beside it")]
    [TestCase("{\"weight_map\":{\"weight\":\"..\"}}", "not the name of a file beside it")]
    [TestCase("{\"weight_map\":{\"weight\":3}}", "not an index of shards")]
    [TestCase("{\"weight_map\":[]}", "not an index of shards")]
    [TestCase("{}", "not an index of shards")]
    [TestCase("nothing", "not an index of shards")]
    [TestCase("{\"weight_map\":{\"other\":\"model.safetensors\"}}", "says that 'other' is in model.safetensors, and it is not")]
    public void AHostileIndexIsRefused(string index, string message)
    {
        using var model = Linear(2, 2);
        ModelWeights.Save(model, FilePath);
        File.WriteAllText(FilePath + ".index.json", index);
        Assert.That(() => PretrainedWeights.Load(model, FilePath + ".index.json"), Throws.TypeOf<SafetensorsException>().With.Message.Contains(message));
    }

    [Test]
    public void APickleIsRefusedWithAWayOut()
    {
        File.WriteAllText(Path.Combine(_folder, "pytorch_model.bin"), "");
        using var model = Linear(2, 2);
        Assert.That(() => PretrainedWeights.Load(model, Path.Combine(_folder, "pytorch_model.bin")), Throws.TypeOf<SafetensorsException>().With.Message.Contains("docs/pretrained.md"));
        Assert.That(() => PretrainedWeights.Load(model, _folder), Throws.TypeOf<FileNotFoundException>().With.Message.Contains("docs/pretrained.md"));
    }

    [Test]
    public void TiedWeightsNeedOneOfTheirNames([Values] bool both)
    {
        using var model = new TiedModel();
        using var source = new TiedModel();
        if (both) ModelWeights.Save(source, FilePath);
        else Write(new() { ["o.weight"] = source.e.weight! });
        var result = PretrainedWeights.Load(model, FilePath);
        Assert.That((Bytes(model)["o.weight"].SequenceEqual(Bytes(source)["e.weight"]), result.Loaded.Count), Is.EqualTo((true, 1)));
        Write(new() { ["o.weight"] = zeros(2, 2), ["e.weight"] = ones(2, 2) });
        Refused(() => PretrainedWeights.Load(model, FilePath), model, "e.weight: tied to o.weight in the model");
    }

    [Test]
    public void AnExpandedBufferIsRefusedByName()
    {
        using var model = new ExpandedModel();
        ModelWeights.Save(model, FilePath);
        Refused(() => PretrainedWeights.Load(model, FilePath), model, "mask: it was expanded");
    }

    [Test]
    public void AnOptimizerMadeBeforeGoesOnWithTheLoadedWeights()
    {
        using var source = new SmallEncoder();
        using var model = new SmallEncoder();
        ModelWeights.Save(source, FilePath);
        var groups = model.GetParameterGroups(new() { WeightDecay = 0 });
        using var optimizer = groups.CreateSGD(1);
        PretrainedWeights.Load(model, FilePath);
        foreach (var p in model.parameters()) p.grad = ones_like(p);
        optimizer.step();
        Assert.That(model.get_parameter("head.fc.weight")!.Equals(source.get_parameter("head.fc.weight")! - 1), Is.True);
    }

    private sealed class TiedModel : Module<Tensor, Tensor>
    {
        public readonly Embedding e = Embedding(2, 2);
        public readonly Linear o = Linear(2, 2, hasBias: false);

        public TiedModel() : base("tied")
        {
            RegisterComponents();
            o.weight = e.weight!;
        }

        public override Tensor forward(Tensor x) => o.call(e.call(x));
    }

    private sealed class ExpandedModel : Module<Tensor, Tensor>
    {
        private readonly Tensor mask = randn(1, 3).expand(2, 3);

        public ExpandedModel() : base("expanded") => RegisterComponents();

        public override Tensor forward(Tensor x) => x * mask;
    }
}
