using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.AdamW;

namespace LayerDecayGen.Tests.Optimizers;

/// <summary>
/// Steps while the collector runs all the time and the learning rate changes at every step: a number that is read after it was freed would
/// show as an error or a wrong weight. Expected weights come from the update rule in plain doubles.
/// </summary>
public sealed class GarbageCollectionStressTests
{
    [Test]
    public void ShortForm() => Run(4_000);

    [Test, Category("Long")]
    public void LongForm() => Run(100_000);

    private static void Run(int calls)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            Step(calls);
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    private static void Step(int calls)
    {
        const double beta1 = 0.9, beta2 = 0.999, eps = 1e-8, decay = 0.01;
        var parameter = new Parameter(ones(1, dtype: ScalarType.Float64));
        using var optimizer = BareGroups.AdamW(
            BareGroups.Of(BareGroups.Group("one", 0.1, decay, ("p", parameter))),
            new Stock.Options { LearningRate = 0.1, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = decay, amsgrad = false, maximize = false }, new());
        var group = optimizer.ParamGroups.Single();
        Tensor[] gradients = [.. Enumerable.Range(0, 5).Select(i => full([1], 0.5 + i, dtype: ScalarType.Float64))];
        var (p, m, v) = (1.0, 0.0, 0.0);
        for (var t = 1; t <= calls; t++)
        {
            var (rate, gradient) = (1e-3 * (1 + t % 17), 0.5 + t % 5);
            group.LearningRate = rate;
            parameter.grad = gradients[t % 5];
            optimizer.step();
            (m, v) = (beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient * gradient);
            p *= 1 - rate * decay;
            p -= rate / (1 - Math.Pow(beta1, t)) * m / (Math.Sqrt(v / (1 - Math.Pow(beta2, t))) + eps);
            Assert.That(Value(parameter), Is.EqualTo(p).Within(1e-9 * Math.Max(1, Math.Abs(p))), $"call {t}");
        }

        GC.KeepAlive(gradients);
    }

    // With TorchSharp's tensor(array) and item() in the loop the process ends under this collector now and then: the loop has neither.
    private static double Value(Tensor one) => MemoryMarshal.Read<double>(one.bytes);
}
