using LayerDecayGen.Benchmarks.Models;
using LayerDecayGen.Benchmarks.Report;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Benchmarks.Training;

/// <summary>The training step against the same work by hand, and its parts against the native calls that they stand for.</summary>
internal sealed class TrainingSuite : ISuite
{
    public string Name => "Training";

    public IEnumerable<Row> Run()
    {
        yield return WholeStep();
        using var model = new BenchmarkVit(VitScale.Small);
        model.FillGradients();
        Parameter[] parameters = [.. model.parameters()];
        var clipping = Clipping.ByNorm(1e-3);
        var clip = Pairs.Measure(() => clipping.Apply(parameters), () => nn.utils.clip_grad_norm_(parameters, 1e-3));
        yield return Row.Of("clip by norm, ViT-S", "clip_grad_norm_", clip, BarKind.RatioAtMost, 1);
        using var average = new WeightAverage(model, 0.999);
        Tensor[] averages = [.. parameters.Select(p => p.detach().clone())];
        var ema = Pairs.Measure(average.Update, () => TensorLists.Lerp(averages, parameters, 0.001));
        yield return Row.Of("average of weights, ViT-S", "bare list operator", ema, BarKind.RatioAtMost, 1.1);
    }

    private static Row WholeStep()
    {
        using var images = randn(4, 3, 32, 32);
        using var labels = arange(4);
        using var model = new SmallVit();
        using var hand = new SmallVit();
        using var optimizer = Groups(model).CreateAdamW(1e-4);
        using var other = Groups(hand).CreateAdamW(1e-4);
        using var average = new WeightAverage(model, 0.999);
        var step = new TrainingStep(model, optimizer, new() { Clipping = Clipping.ByNorm(1), Average = average });
        Parameter[] parameters = [.. hand.parameters()];
        Tensor[] averages = [.. parameters.Select(p => p.detach().clone())];
        var (logged, loggedByHand) = (0.0, 0.0);
        var pair = Pairs.Measure(() => logged += step.Run(() => Loss(model)).Loss, ByHand, 25);
        GC.KeepAlive(averages);
        return Row.Of("training step, small ViT: clipping, average, loss logged", "the same by hand", pair, BarKind.RatioAtMost, 1.05);

        Tensor Loss(SmallVit of) => nn.functional.cross_entropy(of.call(images), labels);

        void ByHand()
        {
            using var scope = NewDisposeScope();
            var loss = Loss(hand);
            loss.backward();
            loggedByHand += loss.item<float>();
            nn.utils.clip_grad_norm_(parameters, 1);
            other.step();
            foreach (var p in parameters) p.grad = null;
            TensorLists.Lerp(averages, parameters, 0.001);
        }
    }

    private static ParameterGroups Groups(SmallVit model) => model.GetParameterGroups(new() { WeightDecay = 0.05 });
}
