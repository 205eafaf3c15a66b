using System.Text.Json;
using FineTune.Data;
using FineTune.Models;
using FineTune.Pretrained;
using LayerDecayGen.Training;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Samples;

/// <summary>The pretrained model of the sample against ONNX Runtime: the same tokens and the same outputs.</summary>
[TestFixture, Category("Golden")]
public sealed class MiniLmGoldenTests
{
    private const double Tolerance = 1e-4;

    private SentenceClassifier _model = null!;
    private Tokens _tokens = null!;
    private PretrainedResult _loaded = null!;

    [OneTimeSetUp]
    public void Load()
    {
        var (weights, vocabulary) = MiniLm.Files();
        _tokens = new Tokens(vocabulary);
        _model = new SentenceClassifier(new BertSize(), classes: 2);
        _loaded = PretrainedWeights.Load(_model, weights, except: _model.GetParameterGroups(new() { WeightDecay = 0.01 }).Classifier);
        _model.eval();
    }

    [OneTimeTearDown]
    public void Dispose() => _model.Dispose();

    [Test]
    public void EveryTensorOfThePackageLoadsAndOnlyTheClassifierIsNew()
    {
        Assert.That(_loaded.Loaded, Has.Count.EqualTo(103));
        Assert.That(_loaded.Unexpected, Is.Empty);
        Assert.That(_loaded.Missing, Is.EquivalentTo(new[] { "classifier.weight", "classifier.bias" }));
        Assert.That(_model.named_parameters().Where(p => !p.name.StartsWith("classifier", StringComparison.Ordinal)).Sum(p => p.parameter.numel()), Is.EqualTo(22_713_216));
    }

    [TestCaseSource(nameof(Cases))]
    public void TokensAreEqualAndOutputsAgree(JsonElement sentence)
    {
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var frozen = no_grad();
        var ids = _tokens.Encode(sentence.GetProperty("text").GetString()!);
        Assert.That(ids, Is.EqualTo(sentence.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32())));
        // Beside a longer sentence: padding and mask must change nothing.
        var (batch, mask) = _tokens.Batch([ids, [.. ids, .. ids]], CPU);
        var output = _model.Encode(batch, mask)[0].narrow(0, 0, ids.Length);
        AssertClose(output[0], sentence.GetProperty("first_token"));
        AssertClose(output.mean([0]), sentence.GetProperty("mean"));
    }

    [Test]
    public void ALongTextIsCutAndStillEndsWithTheSeparator()
    {
        var ids = _tokens.Encode(string.Join(' ', Enumerable.Repeat("good", 500)));
        Assert.That((ids.Length, ids[0], ids[^1]), Is.EqualTo((Tokens.MostTokens, 101, 102)));
    }

    private static void AssertClose(Tensor actual, JsonElement expected) =>
        Assert.That(actual.data<float>().ToArray(), Is.EqualTo(expected.EnumerateArray().Select(v => v.GetSingle()).ToArray()).Within(Tolerance));

    private static IEnumerable<TestCaseData> Cases() => Golden.Read("pretrained", "minilm").Select((c, i) => new TestCaseData(c.Json).SetName($"minilm/{i}"));
}
