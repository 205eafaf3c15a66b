using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>The AdamW step on the groups of real ViTs: against TorchSharp's own, the bare kernel, memory, and its garbage.</summary>
internal sealed class AdamWSuite : ISuite
{
    public string Name => "AdamW";

    public IEnumerable<Row> Run()
    {
        foreach (var scale in VitScale.All)
        {
            using var model = new BenchmarkVit(scale);
            var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
            using var ours = groups.CreateAdamW(1e-4);
            using var stock = StockOptimizers.AdamW(groups);
            model.FillGradients();
            var rounds = scale == VitScale.Base ? 7 : 15;
            var name = $"AdamW step, {scale.Name}, {groups.Count} groups";
            yield return Row.Of(name, "stock AdamW", Pairs.Measure(() => ours.step(), () => stock.step(), rounds), BarKind.SpeedUpAtLeast, 4);
            var bare = new BareFusedAdamW(groups);
            yield return Row.Of(name, "bare fused call", Pairs.Measure(() => ours.step(), bare.Step, rounds), BarKind.RatioAtMost, 1.10);
            if (scale == VitScale.Base) yield return Bandwidth(model, ours);
            yield return new Row($"{name}: garbage a group", Pairs.AllocatedBytes(() => ours.step()) / groups.Count / 1024, "budget", 2, "KB")
            {
                Kind = BarKind.RatioAtMost,
                Bar = 1,
            };
        }
    }

    // A step reads parameter, gradient and two moments and writes all but the gradient: 28 bytes a parameter. A copy moves 8.
    private static Row Bandwidth(BenchmarkVit model, OptimizerHelper ours)
    {
        var elements = model.parameters().Sum(p => p.numel());
        using var from = zeros(elements);
        using var to = zeros(elements);
        var pair = Pairs.Measure(() => ours.step(), () => to.copy_(from), 7);
        var (step, copy) = (28e-9 * elements / pair.Ours, 8e-9 * elements / pair.Other);
        return new Row("AdamW step, ViT-B: bytes moved", step, "tensor copy", copy, "GB/s")
        {
            Ratio = 28.0 / 8 / pair.Ratio,
            Kind = BarKind.RatioAtLeast,
            Bar = 0.9,
        };
    }
}
