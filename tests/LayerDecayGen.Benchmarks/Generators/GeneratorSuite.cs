using LayerDecayGen.Benchmarks.Report;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>
/// The source generator beside others in the same run, and the analyzers beside the compiler. Allocation and System.Text.Json are shown and have
/// no bar.
/// </summary>
internal sealed class GeneratorSuite : ISuite
{
    private const int BuildOf = 100;

    private static readonly int[] s_models = [1, 10, BuildOf];

    public string Name => "Generator";

    public IEnumerable<Row> Run()
    {
        WarmUp();
        foreach (var models in s_models)
        {
            foreach (var row in Against(Contenders.PolyType, models, cold: 1, edits: null)) yield return row;
            foreach (var row in Against(Contenders.Mapperly, models, cold: 1, edits: 1)) yield return row;
            foreach (var row in Against(Contenders.Json, models, cold: null, edits: null)) yield return row;
        }

        foreach (var row in Builds()) yield return row;
    }

    // Until a method has run some thirty times and a moment has passed, the run-time executes it unoptimised: no side's first runs count.
    private static void WarmUp()
    {
        foreach (var contender in new[] { Contenders.Ours, Contenders.PolyType, Contenders.Mapperly, Contenders.Json })
        {
            var run = new GeneratorRun(contender, BuildOf);
            for (var i = 0; i < 40; i++) run.Cold();
        }
    }

    private static IEnumerable<Row> Against(Contender other, int models, double? cold, double? edits)
    {
        var ours = new GeneratorRun(Contenders.Ours, models);
        var theirs = new GeneratorRun(other, models);
        yield return Measured("cold run", static run => run.Cold(), cold);
        yield return Measured("unrelated edit", static run => run.UnrelatedEdit(), edits);
        yield return Measured("related edit", static run => run.RelatedEdit(), edits);
        yield return new Row($"allocation of a cold run, {models} models", Kilobytes(ours), other.Name, Kilobytes(theirs), "KB");

        Row Measured(string what, Action<GeneratorRun> act, double? bar) => Row.Of(
            $"{what}, {models} models", other.Name, Pairs.Measure(() => act(ours), () => act(theirs)), bar is null ? BarKind.None : BarKind.RatioAtMost, bar ?? 0);
    }

    private static double Kilobytes(GeneratorRun run) => Pairs.AllocatedBytes(run.Cold, rounds: 5) / 1024;

    private static IEnumerable<Row> Builds()
    {
        var build = new BuildRun(BuildOf);
        yield return Row.Of(
            $"compile with the generator, {BuildOf} models", "the same types without attributes", Pairs.Measure(build.WithGenerator, build.WithoutGenerator));
        yield return Row.Of(
            $"analyzers by themselves, {BuildOf} models", "compile to IL", Pairs.Measure(build.Analyze, build.Compile), BarKind.RatioAtMost, 1);
    }
}
