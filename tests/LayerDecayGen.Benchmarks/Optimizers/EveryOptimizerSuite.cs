using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>Every optimizer against TorchSharp's: on many tiny tensors, where calls count, and on a ViT, where memory does.</summary>
internal sealed class EveryOptimizerSuite : ISuite
{
    public string Name => "Optimizers";

    public IEnumerable<Row> Run()
    {
        using var tiny = new Tensors(150, 16);
        foreach (var row in Against("150 tensors of 16", tiny, () => new ParameterGroups(tiny, new OneGroup(0)), 11)) yield return row;
        foreach (var scale in (VitScale[])[VitScale.Tiny, VitScale.Small, VitScale.Base])
        {
            using var model = new BenchmarkVit(scale);
            foreach (var row in Against(scale.Name, model, () => model.GetParameterGroups(new() { WeightDecay = 0 }), scale == VitScale.Base ? 3 : 5)) yield return row;
        }
    }

    private static IEnumerable<Row> Against(string what, nn.Module model, Func<ParameterGroups> groups, int rounds)
    {
        foreach (var p in model.parameters()) p.grad = randn_like(p).mul_(1e-3).detach();
        foreach (var (name, ours, stock) in StockOptimizers.All)
        {
            using var a = ours(groups());
            using var b = stock(groups());
            yield return Row.Of($"{name} step, {what}", $"stock {name}", Pairs.Measure(() => a.step(), () => b.step(), rounds), BarKind.RatioAtMost, 1);
        }
    }
}

/// <summary>Tensors with nothing around them.</summary>
internal sealed class Tensors : nn.Module
{
    public Tensors(int count, int elements) : base(nameof(Tensors))
    {
        for (var i = 0; i < count; i++) register_parameter($"p{i}", new Parameter(zeros(elements)));
    }
}

/// <summary>Everything in so many groups, told apart by their rates; none is decayed.</summary>
internal sealed record OneGroup(int Groups) : IRecipe
{
    public string Name => "benchmark";

    public Plan Plan(ModelFacts facts) => new(
        [.. facts.Parameters.Select((f, i) => new PlannedParameter(f, 0, 1.0 / (1 + i % Math.Max(1, Groups)), 0))]);
}
