using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using LayerDecayGen.Training;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Training;

/// <summary>Saving and loading a ViT-B with AdamW state against writing and reading a file of that size.</summary>
internal sealed class CheckpointSuite : ISuite
{
    private const int Rounds = 3;

    public string Name => "Checkpoints";

    public IEnumerable<Row> Run()
    {
        var folder = Directory.CreateTempSubdirectory("ldg").FullName;
        try
        {
            foreach (var row in Run(Path.Combine(folder, "run"), Path.Combine(folder, "weights.safetensors"), Path.Combine(folder, "raw"))) yield return row;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Row> Run(string path, string weights, string raw)
    {
        using var model = new BenchmarkVit(VitScale.Base);
        using var optimizer = model.GetParameterGroups(new() { WeightDecay = 0.05 }).CreateAdamW(1e-4);
        model.FillGradients();
        optimizer.step();
        var checkpoint = new Checkpoint(model, optimizer);
        checkpoint.Save(path);
        var bytes = File.ReadAllBytes(path);
        var save = Pairs.Measure(() => checkpoint.Save(path), () => Write(raw, bytes), Rounds);
        yield return Row.Of("checkpoint of ViT-B with AdamW state: save", "writing its bytes, flushed", save, BarKind.RatioAtMost, 2);
        var load = Pairs.Measure(() => checkpoint.Load(path), () => Read(path, bytes), Rounds);
        yield return Row.Of("checkpoint of ViT-B with AdamW state: load", "reading its bytes", load, BarKind.RatioAtMost, 2);
        ModelWeights.Save(model, weights);
        var pretrained = Pairs.Measure(() => PretrainedWeights.Load(model, weights), () => Read(weights, bytes), Rounds);
        yield return Row.Of("pretrained weights of ViT-B: load", "reading the file", pretrained, BarKind.RatioAtMost, 1.5);
    }

    private static void Write(string path, byte[] bytes)
    {
        using var stream = new FileStream(path, FileMode.Create);
        stream.Write(bytes);
        stream.Flush(flushToDisk: true);
    }

    private static void Read(string path, byte[] into)
    {
        using var stream = File.OpenRead(path);
        stream.ReadExactly(into, 0, (int)stream.Length);
    }
}
