using LayerDecayGen.Benchmarks.Report;

namespace LayerDecayGen.Benchmarks.Generators;

/// <summary>The source generator beside others, in the same run: time against System.Text.Json's, allocation and output against budgets.</summary>
internal sealed class GeneratorSuite : ISuite
{
    private const int BarAt = 100;

    public string Name => "Generator";

    public IEnumerable<Row> Run()
    {
        // Until a method has run some thirty times and a moment has passed, the run-time executes it unoptimised: neither side's first runs count.
        foreach (var contender in new[] { Contenders.Ours, Contenders.Json })
        {
            var run = new GeneratorRun(contender, BarAt);
            for (var i = 0; i < 40; i++) run.Cold();
        }

        foreach (var types in new[] { 1, 10, BarAt, 1000 })
        {
            var ours = new GeneratorRun(Contenders.Ours, types);
            var json = new GeneratorRun(Contenders.Json, types);
            var rounds = types == 1000 ? 5 : 15;
            yield return Against("cold run", types, r => r.Cold(), 0.8);
            yield return Against("unrelated edit", types, r => r.UnrelatedEdit(), 0.8);
            yield return Against("related edit", types, r => r.RelatedEdit(), 0.65);

            Row Against(string what, int count, Action<GeneratorRun> act, double bar) => Row.Of(
                $"{what}, {count} models", "System.Text.Json", Pairs.Measure(() => act(ours), () => act(json), rounds), count == BarAt ? BarKind.RatioAtMost : BarKind.None, bar);
        }

        foreach (var row in Others()) yield return row;
        foreach (var row in Budgets()) yield return row;
        foreach (var row in Builds()) yield return row;
    }

    private static IEnumerable<Row> Builds()
    {
        var build = new BuildRun(BarAt);
        var generate = Pairs.Measure(build.WithGenerator, build.WithoutGenerator);
        var text = Pairs.Measure(() => build.Generate(), build.WithoutGenerator);
        yield return Budget("generate and emit", text.Ours);
        yield return Budget("generate, bind the attributes and compile the output to IL,", generate.Ours - generate.Other);
        yield return Row.Of($"compile with the generator, {BarAt} models", "the same types without attributes", generate);
        yield return Row.Of($"analyzers by themselves, {BarAt} models", "compile to IL", Pairs.Measure(build.Analyze, build.Compile));
    }

    private static Row Budget(string what, double seconds) => new($"{what} a model, {BarAt} models", seconds * 1e3 / BarAt, "budget", 0.75, "ms")
    {
        Kind = BarKind.RatioAtMost,
        Bar = 1,
    };

    private static IEnumerable<Row> Others()
    {
        foreach (var other in new[] { Contenders.Floor, Contenders.PolyType, Contenders.Mapperly })
        {
            var ours = new GeneratorRun(Contenders.Ours, BarAt);
            var theirs = new GeneratorRun(other, BarAt);
            yield return Row.Of($"cold run, {BarAt} models", other.Name, Pairs.Measure(ours.Cold, theirs.Cold, 7));
            yield return Row.Of($"unrelated edit, {BarAt} models", other.Name, Pairs.Measure(ours.UnrelatedEdit, theirs.UnrelatedEdit, 7));
            yield return Row.Of($"related edit, {BarAt} models", other.Name, Pairs.Measure(ours.RelatedEdit, theirs.RelatedEdit, 7));
        }
    }

    private static IEnumerable<Row> Budgets()
    {
        foreach (var types in new[] { 1, 10, 100, 1000 })
        {
            var run = new GeneratorRun(Contenders.Ours, types);
            yield return Budget("cold run", run.Cold, 80);
            yield return Budget("unrelated edit", run.UnrelatedEdit, 38);
            yield return Budget("related edit", run.RelatedEdit, 40);
            if (types == 1000)
                yield return new Row("output a model", (double)run.OutputCharacters / types / 1000, "budget", 3, "K characters") { Kind = BarKind.RatioAtMost, Bar = 1 };

            Row Budget(string what, Action act, double kilobytes) => new($"allocation a model, {what}, {types} models", Pairs.AllocatedBytes(act, 5) / types / 1024, "budget", kilobytes, "KB")
            {
                Kind = types == 1000 ? BarKind.RatioAtMost : BarKind.None,
                Bar = 1,
            };
        }
    }
}
