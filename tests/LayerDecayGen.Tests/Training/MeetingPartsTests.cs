using System.Diagnostics.Metrics;
using LayerDecayGen.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace LayerDecayGen.Tests.Training;

/// <summary>Numbers where two parts of a training meet. Expected values are worked out by hand beside each.</summary>
public sealed class MeetingPartsTests
{
    private static ParameterGroups Groups(nn.Module model) => new(model, new Flat());

    [Test]
    public void ScaledGradientsOfHalfPrecisionArrive([Values(ScalarType.Float16, ScalarType.BFloat16)] ScalarType dtype)
    {
        using var model = new One(ones(4, dtype: dtype));
        using var optimizer = Groups(model).CreateSGD(1e6);
        var step = new TrainingStep(model, optimizer, new() { LossScale = new LossScale(65536) });
        step.Run(() => (model.w.to(ScalarType.Float32) * 2e-8f).sum());
        // 1 - 1e6 * 2e-8 = 0.98, rounded to the dtype: half a unit in the last place is 2^-12 or 2^-9 there.
        Assert.That(Read(model.w), Is.All.EqualTo(0.98).Within(dtype == ScalarType.Float16 ? 2.5e-4 : 2e-3));
    }

    [Test]
    public void AHalfPrecisionLossDoesNotOverflowAtTheFirstStep()
    {
        using var model = new One(ones(4, dtype: ScalarType.Float16));
        using var optimizer = Groups(model).CreateSGD(0.125);
        var result = new TrainingStep(model, optimizer, new() { LossScale = new LossScale() }).Run(() => model.w.sum());
        Assert.That(result.Outcome, Is.EqualTo(StepOutcome.Updated));
        Assert.That(Read(model.w), Is.All.EqualTo(0.875));
    }

    [Test]
    public void NormsOfHalfPrecisionDoNotOverflow()
    {
        var w = new Parameter(ones(4, dtype: ScalarType.Float16)) { grad = (ones(4) * 60000).to(ScalarType.Float16) };
        // fp16 has 60000 exactly; four of them have the norm 120000.
        Assert.That(Clipping.ByNorm(1).Apply([w]), Is.EqualTo(120000));
        Assert.That(Read(w.grad!), Is.All.EqualTo(0.5).Within(1e-3));
    }

    [Test]
    public void BFloat16WeightsMoveAsFloat32Does()
    {
        using var half = new One(ones(1, dtype: ScalarType.BFloat16));
        using var full = new One(ones(1));
        using var a = Groups(half).CreateAdamW(1e-3);
        using var b = Groups(full).CreateAdamW(1e-3);
        var (one, other) = (new TrainingStep(half, a), new TrainingStep(full, b));
        for (var i = 0; i < 1000; i++)
        {
            one.Run(() => half.w.to(ScalarType.Float32).sum());
            other.Run(() => full.w.sum());
        }

        Assert.That(Read(full.w)[0], Is.EqualTo(0).Within(1e-3));
        Assert.That(a.Masters[0]["w"].item<float>(), Is.EqualTo(Read(full.w)[0]).Within(1e-6));
        Assert.That(Read(half.w)[0], Is.EqualTo(Read(full.w)[0]).Within(1e-4));
    }

    [Test]
    public void MastersFollowWeightsThatWereChanged()
    {
        using var model = new One(ones(2, dtype: ScalarType.BFloat16));
        using var optimizer = Groups(model).CreateSGD(0.25);
        var step = new TrainingStep(model, optimizer);
        step.Run(() => model.w.to(ScalarType.Float32).sum());
        using (no_grad()) model.w.fill_(4f);
        step.Run(() => model.w.to(ScalarType.Float32).sum());
        Assert.That(Read(model.w), Is.All.EqualTo(3.75));
    }

    [Test]
    public void AnAverageOfHalfPrecisionMoves()
    {
        using var model = new One(ones(1, dtype: ScalarType.BFloat16));
        using var average = new WeightAverage(model, 0.9998);
        using (no_grad()) model.w.fill_(2f);
        for (var i = 0; i < 5000; i++) average.Update();
        Assert.That(average.Averages["w"].item<float>(), Is.EqualTo(2 - Math.Pow(0.9998, 5000)).Within(1e-4));
    }

    [Test]
    public void SwappingGivesBackTiedWeightsExactlyAndRefusesSteps()
    {
        using var model = new Tied();
        using var optimizer = Groups(model).CreateSGD(0.1);
        using var average = new WeightAverage(model, 0.5);
        var step = new TrainingStep(model, optimizer, new() { Average = average, Logger = new ListLogger() });
        using (no_grad()) model.o.weight!.fill_(8f);
        average.Update();
        using (average.Swap())
        {
            Assert.That(Read(model.o.weight!), Is.All.EqualTo(4.5));
            Assert.That(() => step.Run(() => model.call(arange(2))), Throws.InvalidOperationException.With.Message.Contains("averages are in the model"));
            Assert.That(average.Swap, Throws.InvalidOperationException);
            Assert.That(average.Update, Throws.InvalidOperationException);
        }

        Assert.That(Read(model.o.weight!), Is.All.EqualTo(8));
    }

    [Test]
    public void PartsOfAnotherModelAreRefused()
    {
        using var a = new One(ones(1));
        using var b = new One(ones(1));
        using var ofA = Groups(a).CreateSGD(0.1);
        using var ofB = Groups(b).CreateSGD(0.1);
        using var average = new WeightAverage(b);
        var run = new TrainingRun(5.Updates());
        var schedules = new ScheduleSet(ofB, run, Schedule.Cosine(0.Updates()));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new TrainingStep(a, ofB), Throws.ArgumentException.With.Message.Contains("in no optimizer").Or.Message.Contains("another model"));
            Assert.That(() => new TrainingStep(a, [ofA, ofA]), Throws.ArgumentException.With.Message.Contains("stepped twice"));
            Assert.That(() => new TrainingStep(a, ofA, new() { Average = average }), Throws.ArgumentException.With.Message.Contains("average"));
            Assert.That(() => new TrainingStep(a, ofA, new() { Schedules = schedules }), Throws.ArgumentException.With.Message.Contains("schedules"));
        }
    }

    [Test]
    public void ARunEndsAndCanBeExtended()
    {
        using var model = new One(ones(1));
        using var optimizer = Groups(model).CreateSGD(0.1);
        var run = new TrainingRun(2.Epochs(), batchesPerEpoch: 3, accumulation: 4);
        var schedules = new ScheduleSet(optimizer, run, Schedule.Cosine(0.Epochs()));
        var step = new TrainingStep(model, optimizer, new() { Schedules = schedules });
        var updates = Enumerable.Range(0, 6).Select(_ => step.Run(() => model.w.sum()).Updated).ToArray();
        // Six batches by four: one full window, and a last one of two.
        Assert.That(updates, Is.EqualTo(new[] { false, false, false, true, false, true }));
        Assert.That(schedules.Update, Is.EqualTo(2));
        Assert.That(() => step.Run(() => model.w.sum()), Throws.InvalidOperationException.With.Message.Contains("over").And.Message.Contains("Extend"));
        step.Extend(run.ExtendedTo(4.Epochs()));
        Assert.That(() => step.Run(() => model.w.sum()), Throws.Nothing);
    }

    [Test]
    public void AMovedModelIsNamedAndLeavesNoGradientBehind()
    {
        using var model = new One(ones(1));
        using var optimizer = Groups(model).CreateSGD(0.1);
        var step = new TrainingStep(model, optimizer);
        model.to(ScalarType.Float64);
        Assert.That(() => step.Run(() => model.w.sum()), Throws.InvalidOperationException.With.Message.Contains("Rebind()"));
        Assert.That(model.w.grad, Is.Null);
    }

    [Test]
    public void FrozenNormsKeepTheirStatistics()
    {
        using var model = new Normed();
        var groups = new ParameterGroups(model, new Flat());
        using var optimizer = groups.CreateSGD(0.1);
        groups.SetFrozen(new HashSet<string> { "bn.weight", "bn.bias" }, frozen: true);
        var step = new TrainingStep(model, optimizer, new() { Logger = new ListLogger() });
        model.train();
        for (var i = 0; i < 3; i++) step.Run(() => model.call(randn(8, 4) + 3).sum());
        Assert.That(Read(model.bn.running_mean!), Is.All.EqualTo(0));
        groups.SetFrozen(new HashSet<string> { "bn.weight", "bn.bias" }, frozen: false);
        step.Run(() => model.call(randn(8, 4) + 3).sum());
        Assert.That(Read(model.bn.running_mean!), Is.All.Not.EqualTo(0));
    }

    [Test]
    public void ALossThatIsNoneIsNamed()
    {
        using var model = new One(ones(2));
        using var optimizer = Groups(model).CreateSGD(0.1);
        var step = new TrainingStep(model, optimizer);
        Assert.That(() => step.Run(() => model.w * 2), Throws.ArgumentException.With.Message.Contains("single number"));
        Assert.That(() => step.Run(() => model.w.sum().detach()), Throws.ArgumentException.With.Message.Contains("no graph"));
    }

    [TestCase(-1), TestCase(0), TestCase(double.NaN)]
    public void ClippingTakesNoNumberOutOfRange(double number)
    {
        Assert.That(() => Clipping.ByNorm(number), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Clipping.ByValue(number), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Clipping.Adaptive(number), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void MeasurementsAreHeardAndWritten()
    {
        using var model = new One(ones(4));
        using var optimizer = Groups(model).CreateSGD(0.5);
        using var csv = new StringWriter();
        using var measurements = new Measurements(every: 1, csv);
        var heard = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) => { if (instrument.Meter.Name == Measurements.MeterName) l.EnableMeasurementEvents(instrument); },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => heard[instrument.Name] = value);
        listener.Start();
        var step = new TrainingStep(model, optimizer, new() { Measurements = measurements });
        Assert.That(step.Run(() => model.w.sum()).Loss, Is.EqualTo(4));
        listener.RecordObservableInstruments();
        // Four gradients of 1 have the norm 2; weights of norm 2 move by 0.5 each, which is a norm of 1.
        Assert.That((heard["layerdecaygen.gradient_norm"], heard["layerdecaygen.update_ratio"], heard["layerdecaygen.learning_rate"]), Is.EqualTo((2.0, 0.5, 0.5)));
        Assert.That(csv.ToString(), Does.StartWith("update,part,name").And.Contain("0,group,"));
    }

    [Test]
    public void ARangeTestLeavesEverythingAsItWas()
    {
        using var model = new One(ones(2));
        using var optimizer = Groups(model).CreateAdamW(1e-3);
        var step = new TrainingStep(model, optimizer);
        step.Run(() => model.w.square().sum());
        var (weights, rate) = (Read(model.w), optimizer.ParamGroups.First().LearningRate);
        var test = LearningRateRangeTest.Run(step, () => model.w.square().sum(), 1e-4, 10, 30);
        Assert.That(test.Points.Select(p => p.LearningRate), Is.Ordered);
        Assert.That(test.Points[0].LearningRate, Is.EqualTo(1e-4).Within(1e-12));
        Assert.That(test.Steepest, Is.Not.Null);
        Assert.That(Read(model.w), Is.EqualTo(weights));
        Assert.That((optimizer.ParamGroups.First().LearningRate, step.Updates), Is.EqualTo((rate, 1L)));
    }

    private static float[] Read(Tensor tensor) => tensor.detach().to(ScalarType.Float32).data<float>().ToArray();

    private sealed class Flat : IRecipe
    {
        public string Name => "flat";

        public Plan Plan(ModelFacts facts) => new([.. facts.Trainable().Select(f => f.Decide(null, 1, 0))]);
    }

    private sealed class One : Module<Tensor, Tensor>
    {
        public readonly Parameter w;

        public One(Tensor init) : base("one")
        {
            w = new Parameter(init);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => (w * x).sum();
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        public readonly Embedding e = Embedding(2, 2);
        public readonly Linear o = Linear(2, 2, hasBias: false);

        public Tied() : base("t")
        {
            using (no_grad()) e.weight!.fill_(1f);
            RegisterComponents();
            o.weight = e.weight!;
        }

        public override Tensor forward(Tensor x) => o.call(e.call(x)).sum();
    }

    private sealed class Normed : Module<Tensor, Tensor>
    {
        public readonly BatchNorm1d bn = BatchNorm1d(4);
        public readonly Linear head = Linear(4, 1);

        public Normed() : base("b") => RegisterComponents();

        public override Tensor forward(Tensor x) => head.call(bn.call(x));
    }
}
