using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;

namespace LayerDecayGen.Benchmarks.Groups;

/// <summary>Building sealed groups against one pass over <c>named_parameters()</c>.</summary>
internal sealed class GroupBuildingSuite : ISuite
{
    public string Name => "Groups";

    public IEnumerable<Row> Run()
    {
        foreach (var scale in VitScale.All)
        {
            using var model = new BenchmarkVit(scale);
            var pair = Pairs.Measure(() => model.GetParameterGroups(new() { WeightDecay = 0.05 }), () => Walk(model), rounds: 25);
            yield return Row.Of($"build and seal the groups of {scale.Name}", "one named_parameters() walk", pair, BarKind.RatioAtMost, 2);
        }
    }

    private static int Walk(BenchmarkVit model)
    {
        var count = 0;
        foreach (var (name, _) in model.named_parameters()) count += name.Length;
        return count;
    }
}
