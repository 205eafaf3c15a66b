using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>The same tensors in the groups of layer decay, in a group for each parameter, and in one: what groups cost.</summary>
internal sealed class GroupingSuite : ISuite
{
    public string Name => "Grouping";

    public IEnumerable<Row> Run()
    {
        using BenchmarkVit model = new(VitScale.Tiny);
        model.FillGradients();
        var tensors = model.parameters().Count();
        using var merged = new ParameterGroups(model, new OneGroup(0)).CreateAdamW(1e-4);
        var byLayer = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        var byParameter = new ParameterGroups(model, new OneGroup(tensors));
        foreach (var (what, groups) in (IEnumerable<(string, ParameterGroups)>)[("by layer and decay", byLayer), ("one a parameter", byParameter)])
        {
            using var ours = groups.CreateAdamW(1e-4);
            using var stock = StockOptimizers.AdamW(groups);
            var name = $"AdamW step, ViT-Ti in {groups.Count} groups, {what}";
            yield return Row.Of(name, "merged into one group", Pairs.Measure(() => ours.step(), () => merged.step()));
            yield return Row.Of(name, "stock AdamW, same groups", Pairs.Measure(() => ours.step(), () => stock.step(), 7), BarKind.RatioAtMost, 1);
        }
    }
}
