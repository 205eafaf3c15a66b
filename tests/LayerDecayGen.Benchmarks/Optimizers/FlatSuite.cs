using System.Diagnostics;
using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Optimizers;

/// <summary>
/// Flat storage against lists. Gradients come as from a backward pass in both: into what is there in flat storage, and beside it in lists.
/// </summary>
internal sealed class FlatSuite : ISuite
{
    private static readonly StepOptions Flat = new() { FlatStorage = true };

    public string Name => "Flat storage";

    public IEnumerable<Row> Run()
    {
        foreach (var name in (string[])["AdamW", "Adam", "SGD", "Adagrad"]) yield return Budget(name);
        yield return Bare();
        yield return Tiny();
        using Tensors tiny = new(150, 16), inLists = new(150, 16);
        foreach (var row in Against("150 tensors of 16", tiny, inLists, m => new ParameterGroups(m, new OneGroup(0)), 15)) yield return row;
        using BenchmarkVit vit = new(VitScale.Tiny), vitInLists = new(VitScale.Tiny);
        foreach (var row in Against("ViT-Ti, 28 groups", vit, vitInLists, m => ((BenchmarkVit)m).GetParameterGroups(new() { WeightDecay = 0.05 }), 9))
            yield return row;
    }

    // The check of each step is part of it. A gradient changes between steps, outside the time: where none does, all are looked at one by one.
    private static Row Budget(string name)
    {
        using var model = new Tensors(150, 16);
        var groups = new ParameterGroups(model, new OneGroup(0));
        using var optimizer = StockOptimizers.Ours(name, groups, Flat);
        var gradients = Start(model, optimizer);
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < 2)
        {
            gradients[0].add_(1e-3);
            times.Add(Pairs.Once(() => optimizer.step()));
        }

        // The first part is for the run-time, which compiles what runs often once more.
        return new Row($"{name} step in flat storage, 150 tensors of 16", Pairs.Median(times[(times.Count * 2 / 3)..]) * 1e6, "budget", 15, "µs") { Kind = BarKind.RatioAtMost, Bar = 1 };
    }

    // The same number of elements as one parameter of its own, without any check: what is left of the budget on this machine now.
    private static Row Bare()
    {
        using Tensors model = new(150, 16), whole = new(1, 150 * 16);
        using var optimizer = new ParameterGroups(model, new OneGroup(0)).CreateAdamW(1e-4, step: Flat);
        var gradient = Start(model, optimizer)[0];
        foreach (var p in whole.parameters()) p.grad = full_like(p, 1e-3).detach();
        var bare = new BareFusedAdamW(new ParameterGroups(whole, new OneGroup(0)));
        return Row.Of(
            "AdamW step in flat storage and one gradient changed, 150 tensors of 16", "bare fused call on one tensor and the same change",
            Pairs.Measure(() => Changed(gradient, () => optimizer.step()), () => Changed(gradient, bare.Step)));
    }

    private static void Changed(Tensor gradient, Action step)
    {
        gradient.add_(1e-3);
        step();
    }

    private static Row Tiny()
    {
        using Tensors tiny = new(150, 16), inLists = new(150, 16);
        using var flat = new ParameterGroups(tiny, new OneGroup(0)).CreateAdamW(1e-4, step: Flat);
        using var stock = StockOptimizers.AdamW(new ParameterGroups(inLists, new OneGroup(0)));
        Tensor[] a = Start(tiny, flat), b = Start(inLists, stock);
        return Row.Of(
            "AdamW gradients, step and zeroing, 150 tensors of 16, flat", "stock AdamW",
            Pairs.Measure(() => Round(a, flat), () => Round(b, stock)), BarKind.SpeedUpAtLeast, 4);
    }

    private static void Round(Tensor[] gradients, OptimizerHelper optimizer)
    {
        foreach (var gradient in gradients) gradient.add_(1e-3);
        optimizer.step();
        optimizer.zero_grad();
    }

    private static IEnumerable<Row> Against(string what, nn.Module inFlat, nn.Module inLists, Func<nn.Module, ParameterGroups> groups, int rounds)
    {
        using var flat = groups(inFlat).CreateAdamW(1e-4, step: Flat);
        using var lists = groups(inLists).CreateAdamW(1e-4);
        Start(inFlat, flat);
        var gradients = Start(inLists, lists);
        using var first = inFlat.parameters().First().grad!;
        void Step()
        {
            first.add_(1e-3);
            flat.step();
        }

        yield return Row.Of($"AdamW step, {what}: flat", "lists", Pairs.Measure(Step, () => lists.step(), rounds));

        // What flat storage costs elsewhere: autograd adds to zeros, where it hands over its own tensor to a parameter without gradient.
        var ready = gradients.Select(g => g.clone()).ToArray();
        Tensor[] there = [.. inFlat.parameters().Select(p => p.grad!)];
        Parameter[] parameters = [.. inLists.parameters()];
        yield return Row.Of(
            $"AdamW gradients arriving, step and dropping them, {what}: flat", "lists",
            Pairs.Measure(() => AddAndStep(there, ready, flat), () => SetAndStep(parameters, ready, lists), rounds));
    }

    private static void AddAndStep(Tensor[] there, Tensor[] ready, OptimizerHelper optimizer)
    {
        for (var i = 0; i < there.Length; i++) there[i].add_(ready[i]);
        optimizer.step();
        optimizer.zero_grad();
    }

    private static void SetAndStep(Parameter[] parameters, Tensor[] ready, OptimizerHelper optimizer)
    {
        for (var i = 0; i < parameters.Length; i++) parameters[i].grad = ready[i];
        optimizer.step();
        foreach (var p in parameters) p.grad = null;
    }

    private static Tensor[] Start(nn.Module model, OptimizerHelper optimizer)
    {
        foreach (var p in model.parameters()) p.grad = full_like(p, 1e-3).detach();
        optimizer.step();
        return [.. model.parameters().Select(p => p.grad!)];
    }
}
