using LayerDecayGen.Training;
using ModelZoo;
using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Samples;

/// <summary>
/// Files with the names and shapes of published models load into the models of samples/Models as they are. Lists of names are in
/// Samples/names: one tensor per line.
/// </summary>
public sealed class RealNamesTests
{
    private static readonly Dictionary<string, PretrainedOptions> s_options = new()
    {
        ["hf-bert-base-uncased"] = new()
        {
            Renames = [new("bert.**.LayerNorm.gamma", "bert.**.LayerNorm.weight"), new("bert.**.LayerNorm.beta", "bert.**.LayerNorm.bias")],
            Ignore = ["cls.**"],
            Except = ["classifier.*"],
        },
        ["hf-roberta-base"] = new() { Ignore = ["lm_head.**"], Except = ["classifier.**"] },
    };

    private static IEnumerable<string> Names => RealModel.All.Select(m => m.Name);

    [TestCaseSource(nameof(Names))]
    public void ARealFileLoads(string name)
    {
        using var scope = NewDisposeScope();
        var list = File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Samples", "names", name + ".txt"));
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        try
        {
            var path = Path.Combine(folder, "model.safetensors");
            SafetensorsWriter.Write(path, list.Select(Tensor));
            using var model = RealModel.All.Single(m => m.Name == name).Build();
            var result = PretrainedWeights.Load(model, path, s_options.GetValueOrDefault(name));
            Assert.That(result.Loaded.Count + result.Unexpected.Count, Is.EqualTo(list.Length), result.ToString());
            Assert.That(result.Missing, Is.All.StartsWith("classifier."));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Half the bytes: what is checked are names and shapes, and widening needs no permission.
    private static KeyValuePair<string, Tensor> Tensor(string line)
    {
        var (name, shape) = (line.Split(' ')[0], line.Split(' ')[1]);
        return KeyValuePair.Create(name, shape == "scalar" ? zeros([], dtype: ScalarType.Int64) : zeros([.. shape.Split('x').Select(long.Parse)], dtype: ScalarType.Float16));
    }

    [Test]
    public void AConvNeXtAndABertTrain()
    {
        using var convNext = new TimmConvNeXt([1, 1, 2, 1], [4, 8, 8, 8], 3);
        using var bert = new BertForSequenceClassification(new BertSize(20, 8, 8, 2, 2), 3);
        Assert.That(convNext.call(randn(2, 3, 32, 32)).shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(bert.call(tensor(new long[,] { { 1, 5, 0 }, { 1, 6, 7 } })).shape, Is.EqualTo(new long[] { 2, 3 }));
        Assert.That(convNext.GetParameterGroups(new() { WeightDecay = 0.05 }).Max(g => g.Layer), Is.EqualTo(6));
        Assert.That(bert.GetParameterGroups(new() { WeightDecay = 0.05 }).Max(g => g.Layer), Is.EqualTo(3));
    }
}
