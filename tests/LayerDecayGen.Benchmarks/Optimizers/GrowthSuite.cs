using LayerDecayGen.Benchmarks.Report;
using LayerDecayGen.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>How a step grows with groups and with tensors, and what clipping and dropping gradients cost.</summary>
internal sealed class GrowthSuite : ISuite
{
    public string Name => "Growth";

    public IEnumerable<Row> Run()
    {
        foreach (var groups in (int[])[1, 28, 200, 2000]) yield return Step($"AdamW step, 2,000 tensors of 64 in {groups} groups", 2000, groups);
        foreach (var tensors in (int[])[10, 150, 1000, 10_000]) yield return Step($"AdamW step, {tensors} tensors of 64 in one group", tensors, 1);
        using var model = Filled(152, 40_000);
        Parameter[] parameters = [.. model.parameters()];
        yield return Row.Of(
            "clip by norm, 152 tensors, 6 M elements", "clip_grad_norm_",
            Pairs.Measure(() => Clipping.ByNorm(1e-9).Apply(parameters), () => nn.utils.clip_grad_norm_(parameters, 1e-9)), BarKind.RatioAtMost, 1);
        using var stock = optim.SGD(parameters, 1);
        yield return Row.Of("drop 152 gradients", "optimizer.zero_grad()", Pairs.Measure(() => Drop(parameters), stock.zero_grad));
    }

    private static void Drop(Parameter[] parameters)
    {
        foreach (var p in parameters) p.grad = null;
    }

    private static Row Step(string what, int tensors, int groups)
    {
        using var model = Filled(tensors, 64);
        using var ours = new ParameterGroups(model, new OneGroup(groups)).CreateAdamW(1e-4);
        using var stock = StockOptimizers.AdamW(new ParameterGroups(model, new OneGroup(groups)));
        return Row.Of(what, "stock AdamW", Pairs.Measure(() => ours.step(), () => stock.step(), 5), BarKind.RatioAtMost, 1);
    }

    private static Tensors Filled(int count, int elements)
    {
        var model = new Tensors(count, elements);
        foreach (var p in model.parameters()) p.grad = ones_like(p).detach();
        return model;
    }
}
