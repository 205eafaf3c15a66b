using System.Diagnostics.Metrics;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Training;

/// <summary>A long training of a tiny model with everything switched on holds no more at its end than after its start.</summary>
public sealed class EnduranceTests
{
    private const int Accumulated = 2;

    [Test]
    public void HoldsNothing() => Train(steps: 400, settled: 200);

    [Test, Category("Long")]
    public void FiftyThousandStepsHoldNothing() => Train(steps: 50_000, settled: 10_000);

    private static void Train(int steps, int settled)
    {
        manual_seed(1);
        using var model = new HalfModel();
        var groups = model.GetParameterGroups(new() { WeightDecay = 0.05 });
        using var optimizer = groups.CreateAdamW(1e-3);
        using var average = new WeightAverage(model, 0.99);
        using var measurements = new Measurements(every: 10);
        using var listener = Listener(out var heard);
        var run = new TrainingRun((steps / Accumulated).Updates(), accumulation: Accumulated);
        var step = new TrainingStep(model, optimizer, new()
        {
            Clipping = Clipping.ByNorm(1),
            Average = average,
            LossScale = new LossScale(1024, interval: 50),
            Measurements = measurements,
            Freezing = new FreezePlan(groups, run).Freeze(groups.Stem, 20.Updates()),
            Logger = new ListLogger(),
            MaxConsecutiveSkips = 5,
            Schedules = new ScheduleSet(optimizer, run, Schedule.LinearWarmup(10.Updates()), Schedule.Cosine(10.Updates())),
        });
        using var data = randn(8, 4);
        Held? before = null;
        for (var i = 0; i < steps; i++)
        {
            step.Run(() => model.call(data).square().mean());
            if (i % 100 == 0) listener.RecordObservableInstruments();
            if (i + 1 == settled) before = Held.Now();
        }

        var after = Held.Now();
        TestContext.Out.WriteLine($"{steps} steps: {before} after {settled}, {after} at the end");
        Assert.That((step.IsOver, step.Updates + step.Skips, heard.Count > 0), Is.EqualTo((true, (long)steps / Accumulated, true)));
        Assert.That(after.Tensors, Is.EqualTo(before!.Tensors), "tensors");
        // One tensor kept per step would be 5 MB or more over the long form.
        Assert.That(after.ManagedBytes - before.ManagedBytes, Is.LessThan(1_000_000), "managed memory");
        Assert.That(after.ResidentBytes - before.ResidentBytes, Is.LessThan(20_000_000), "resident memory");
        Assert.That(after.Handles - before.Handles, Is.LessThan(20), "handles");
    }

    private static MeterListener Listener(out HashSet<string> heard)
    {
        var names = heard = [];
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == Measurements.MeterName) l.EnableMeasurementEvents(instrument); },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => names.Add(instrument.Name));
        listener.Start();
        return listener;
    }

    private sealed record Held(long Tensors, long ManagedBytes, long ResidentBytes, int Handles)
    {
        public static Held Now()
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            var handles = OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
            return new(Tensor.TotalCount, GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet, handles);
        }
    }
}

/// <summary>Half-precision matrices, which have float32 masters, around a norm with statistics.</summary>
[LayerDecay(0.5)]
public sealed partial class HalfModel : Module<Tensor, Tensor>
{
    [Layer(0)] private readonly Linear stem = Linear(4, 4);
    [LayerStack] private readonly ModuleList<BatchNorm1d> norms = ModuleList(BatchNorm1d(4), BatchNorm1d(4));
    [LastLayer] private readonly Linear head = Linear(4, 2);

    public HalfModel() : base(nameof(HalfModel))
    {
        RegisterComponents();
        stem.to(ScalarType.Float16);
        head.to(ScalarType.BFloat16);
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.linear(x, stem.weight.to(ScalarType.Float32), stem.bias!.to(ScalarType.Float32));
        foreach (var norm in norms) x = norm.call(x);
        return functional.linear(x, head.weight.to(ScalarType.Float32), head.bias!.to(ScalarType.Float32));
    }
}
