using System.Diagnostics;
using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>A whole training step, forward, backward and update with clearing gradients, and the part of it that the update takes.</summary>
internal sealed class FineTuningSuite : ISuite
{
    public string Name => "Fine-tuning";

    public IEnumerable<Row> Run()
    {
        using var images = randn(4, 3, 32, 32);
        using var labels = arange(4);
        Side stock = new(images, labels, m => StockOptimizers.AdamW(Groups(m)), (o, _) => o.zero_grad());
        Side ours = new(images, labels, m => Groups(m).CreateAdamW(1e-4), (_, parameters) => Drop(parameters));
        var pair = Pairs.Measure(ours.Step, stock.Step, 9);
        yield return Row.Of("fine-tuning step, small ViT, batch of 4", "stock AdamW", pair, BarKind.RatioAtMost, 1);
        yield return new Row("the update's share of that step", 100 * ours.Share, "stock AdamW", 100 * stock.Share, "%") { Kind = BarKind.RatioAtMost, Bar = 1 };
    }

    private static ParameterGroups Groups(SmallVit model) => model.GetParameterGroups(new() { WeightDecay = 0.05 });

    private static void Drop(Parameter[] parameters)
    {
        foreach (var p in parameters) p.grad = null;
    }

    private sealed class Side
    {
        private readonly SmallVit _model = new();
        private readonly Parameter[] _parameters;
        private readonly OptimizerHelper _optimizer;
        private readonly Action<OptimizerHelper, Parameter[]> _clear;
        private readonly (Tensor Images, Tensor Labels) _batch;
        private readonly List<double> _shares = [];

        public Side(Tensor images, Tensor labels, Func<SmallVit, OptimizerHelper> optimizer, Action<OptimizerHelper, Parameter[]> clear)
        {
            (_batch, _optimizer, _clear) = ((images, labels), optimizer(_model), clear);
            _parameters = [.. _model.parameters()];
        }

        public double Share => Pairs.Median(_shares);

        public void Step()
        {
            var start = Stopwatch.GetTimestamp();
            using var scope = NewDisposeScope();
            nn.functional.cross_entropy(_model.call(_batch.Images), _batch.Labels).backward();
            var backward = Stopwatch.GetElapsedTime(start).TotalSeconds;
            _optimizer.step();
            _clear(_optimizer, _parameters);
            _shares.Add(1 - backward / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
