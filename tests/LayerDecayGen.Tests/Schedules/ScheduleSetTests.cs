using TorchSharp.Modules;
using static LayerDecayGen.Schedule;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>Driving optimizers: every TorchSharp kind, groups that come later, TorchSharp's scheduler interface, states that do not
/// fit.</summary>
[TestFixture]
public sealed class ScheduleSetTests
{
    private static readonly TrainingRun Run = new(20.Updates(), 5);

    private static IEnumerable<TestCaseData> Optimizers =>
    [
        Kind("AdamW", p => optim.AdamW(p, weight_decay: 0.05), g => ((AdamW.Options)g.Options).weight_decay),
        Kind("Adam", p => optim.Adam(p, weight_decay: 0.05), g => ((Adam.Options)g.Options).weight_decay),
        Kind("SGD", p => optim.SGD(p, 0.1, momentum: 0.9, weight_decay: 0.05), g => ((SGD.Options)g.Options).weight_decay),
        Kind("RMSProp", p => optim.RMSProp(p, momentum: 0.9, weight_decay: 0.05), g => ((RMSProp.Options)g.Options).weight_decay),
        Kind("Adamax", p => optim.Adamax(p, weight_decay: 0.05), g => ((Adamax.Options)g.Options).weight_decay),
        Kind("NAdam", p => optim.NAdam(p, weight_decay: 0.05), g => ((NAdam.Options)g.Options).weight_decay),
        Kind("RAdam", p => optim.RAdam(p, weight_decay: 0.05), g => ((RAdam.Options)g.Options).weight_decay),
        Kind("Adagrad", p => optim.Adagrad(p, weight_decay: 0.05), g => ((Adagrad.Options)g.Options).weight_decay),
        Kind("Adadelta", p => optim.Adadelta(p, weight_decay: 0.05), g => ((Adadelta.Options)g.Options).weight_decay),
        Kind("ASGD", p => optim.ASGD(p, weight_decay: 0.05), g => ((ASGD.Options)g.Options).weight_decay),
    ];

    [TestCaseSource(nameof(Optimizers))]
    public void DrivesRateMomentumAndWeightDecay(Func<IEnumerable<Parameter>, optim.Optimizer> make, Func<ParamGroup, double?> decay)
    {
        using var optimizer = make([new Parameter(zeros(1))]);
        var group = (ParamGroup)optimizer.ParamGroups.Single();
        var rate = group.LearningRate;
        var momentum = Momentum(group);
        Schedule[] momentums = momentum is null ? [] : [Constant(0.5, 0.Updates()) with { Target = Hyperparameter.Momentum }];
        var set = new ScheduleSet(optimizer, Run,
            [Constant(0.5, 0.Updates()), Exponential(0.5, 0.Updates()) with { Target = Hyperparameter.WeightDecay }, .. momentums]);
        set.Step();
        Assert.That(group.LearningRate, Is.EqualTo(rate * 0.5));
        Assert.That(decay(group), Is.EqualTo(0.05 * 0.5));
        Assert.That(Momentum(group), Is.EqualTo(momentum * 0.5));
    }

    [Test]
    public void WeightDecayOfAnUnknownKindNeedsTheInterface()
    {
        using var optimizer = optim.Rprop([new Parameter(zeros(1))]);
        Assert.That(
            () => new ScheduleSet(optimizer, Run, Cosine(0.Updates()) with { Target = Hyperparameter.WeightDecay }),
            Throws.ArgumentException.With.Message.Contains("has no weight decay to schedule"));
    }

    [Test]
    public void MakingASetAgainBeginsAtTheBaseRatesAgain()
    {
        using var optimizer = Sgd(0.1, 0.05);
        for (var i = 0; i < 2; i++) _ = new ScheduleSet(optimizer, Run, LinearWarmup(5.Updates(), startFactor: 0.1));
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo([0.1 * 0.1, 0.05 * 0.1]));
    }

    [Test]
    public void AGroupAddedLaterJoinsWithItsOwnBaseRate()
    {
        using var optimizer = Sgd(0.1, 0.05);
        Schedule[] schedules = [LinearWarmup(5.Updates()), Cosine(5.Updates(), minimum: Level.Scaled(1e-3))];
        var set = new ScheduleSet(optimizer, Run, schedules);
        for (var i = 0; i < 8; i++) set.Step();
        optimizer.add_param_group(new SGD.ParamGroup([new Parameter(zeros(1))], new SGD.Options { LearningRate = 0.2 }));
        set.Step();
        var all = ScheduleTable.Evaluate(
            [new("a", 0.1) { LearningRateScale = 1 }, new("b", 0.05) { LearningRateScale = 0.5 }, new("c", 0.2) { LearningRateScale = 2 }],
                Run, schedules);
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(all.Row(Hyperparameter.LearningRate, 9).ToArray()));
    }

    [Test]
    public void IsATorchSharpScheduler()
    {
        using var optimizer = Sgd(0.1, 0.05);
        Schedule[] schedules = [LinearWarmup(5.Updates()), Cosine(5.Updates())];
        var table = ScheduleTable.Evaluate([new("a", 0.1), new("b", 0.05)], Run, schedules);
        var scheduler = new ScheduleSet(optimizer, Run, schedules).ToLRScheduler();
        for (var update = 0; update < 19; update++, scheduler.step())
            Assert.That(scheduler.get_last_lr(), Is.EqualTo(table.Row(Hyperparameter.LearningRate, update).ToArray()), $"update {update}");
        scheduler.step((int?)7);
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(table.Row(Hyperparameter.LearningRate, 7).ToArray()));
        scheduler.step();
        Assert.That(scheduler.get_last_lr(), Is.EqualTo(table.Row(Hyperparameter.LearningRate, 8).ToArray()));
    }

    [Test]
    public void TorchSharpsMetricReachesAPlateau()
    {
        using var optimizer = Sgd(0.1);
        var scheduler = new ScheduleSet(optimizer, Run,
            Plateau(new PlateauOptions { Patience = 0, Factor = 0.5 }, 0.Updates())).ToLRScheduler();
        scheduler.step(1.0);
        scheduler.step(1.0);
        Assert.That(optimizer.ParamGroups.Single().LearningRate, Is.EqualTo(0.05));
    }

    [Test]
    public void AMetricThatIsNoNumberChangesNothing()
    {
        using var optimizer = Sgd(0.1);
        var set = new ScheduleSet(optimizer, Run, Plateau(new PlateauOptions { Patience = 0, Factor = 0.5 }, 0.Updates()));
        var before = set.SaveState().ToJson();
        Assert.That(() => set.Report(double.NaN), Throws.ArgumentException.With.Message.Contains("'loss' at update 0").And.Property(
            "ParamName").EqualTo("metric"));
        Assert.That(() => set.Report(1, "accuracy"), Throws.ArgumentException.With.Property("ParamName").EqualTo("monitor"));
        Assert.That(set.SaveState().ToJson(), Is.EqualTo(before));
    }

    [Test]
    public void AStateOfAnotherShapeIsRefusedWithItsDifferences()
    {
        using var optimizer = Sgd(0.1, 0.05);
        var saved = new ScheduleSet(optimizer, Run, LinearWarmup(5.Updates()), Cosine(5.Updates())).SaveState();
        using var other = Sgd(0.2, 0.05);
        var set = new ScheduleSet(other, Run, LinearWarmup(4.Updates()), Cosine(4.Updates()) with { Name = "decay" });
        var before = set.SaveState().ToJson();
        Assert.That(() => set.LoadState(saved), Throws.ArgumentException.With.Message.EqualTo(string.Join(
            Environment.NewLine,
            "The state is of other schedules or groups:",
            "  - schedule 'LinearWarmup' (LinearWarmup of learning rate, [0, 5) updates) is in the state only",
            "  - schedule 'Cosine' (Cosine of learning rate, [5, 20) updates) is in the state only",
            "  + schedule 'LinearWarmup' (LinearWarmup of learning rate, [0, 4) updates) is here only",
            "  + schedule 'decay' (Cosine of learning rate, [4, 20) updates) is here only",
            "  ~ group 'group 0': base learning rate is 0.1 in the state and 0.2 here")));
        Assert.That(set.SaveState().ToJson(), Is.EqualTo(before));
        using var fewer = Sgd(0.1);
        Assert.That(
            () => new ScheduleSet(fewer, Run, LinearWarmup(5.Updates()), Cosine(5.Updates())).LoadState(saved),
            Throws.ArgumentException.With.Message.Contains("  - group 'group 1' is in the state only"));
    }

    [Test]
    public void AStateFitsAnOptimizerThatWasRestoredBefore()
    {
        using var optimizer = Sgd(0.1, 0.05);
        Schedule[] schedules = [Cosine(0.Updates()) with { Target = Hyperparameter.Momentum }, Cosine(0.Updates())];
        var set = new ScheduleSet(optimizer, Run, schedules);
        for (var i = 0; i < 8; i++) set.Step();
        var saved = set.SaveState();
        var again = new ScheduleSet(optimizer, Run, schedules);
        again.LoadState(saved);
        set.Step();
        var expected = optimizer.ParamGroups.Select(g => (g.LearningRate, Momentum((ParamGroup)g))).ToArray();
        again.Step();
        Assert.That(optimizer.ParamGroups.Select(g => (g.LearningRate, Momentum((ParamGroup)g))), Is.EqualTo(expected));
    }

    [Test]
    public void ARateSetByHandIsSaid()
    {
        using var optimizer = Sgd(0.1, 0.05);
        optimizer.ParamGroups.Last().LearningRate = 0.3;
        var set = new ScheduleSet(optimizer, Run, Cosine(0.Updates()));
        Assert.That(set.Warnings, Is.EqualTo(new[]
        {
            "Group 'group 1' had the learning rate 0.3; schedules start from its base rate 0.05 (InitialLearningRate).",
        }));
        Assert.That(new ScheduleSet(Sgd(0.1), Run, Cosine(0.Updates())).Warnings, Is.Empty);
    }

    [Test, SetCulture("de-DE")]
    public void ShowsPresentValuesByGroup()
    {
        using var optimizer = Sgd(0.1, 0.05);
        var set = new ScheduleSet(optimizer, Run, Constant(0.5, 0.Updates()));
        Assert.That(set.ToString().Split(Environment.NewLine), Is.EqualTo(new[]
        {
            "update 0 of 20", "group    layer  learning rate  momentum  weight decay", "group 0      -           0.05       0.9             0",
            "group 1      -          0.025       0.9             0",
        }));
    }

    [Test]
    public void ExtendingGoesOnAsIfTheRunHadBeenLongFromTheStart()
    {
        using var optimizer = Sgd(0.1, 0.05);
        Schedule[] schedules = [LinearWarmup(5.Updates()), Cosine(5.Updates())];
        var set = new ScheduleSet(optimizer, Run, schedules);
        for (var i = 0; i < 19; i++) set.Step();
        var longer = Run.ExtendedTo(40.Updates());
        set.Extend(longer);
        var table = ScheduleTable.Evaluate([new("a", 0.1), new("b", 0.05)], longer, schedules);
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(table.Row(Hyperparameter.LearningRate, 19).ToArray()));
        set.Step();
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(table.Row(Hyperparameter.LearningRate, 20).ToArray()));
        Assert.That(() => set.Extend(Run), Throws.ArgumentException);
        using var other = Sgd(0.1, 0.05);
        var state = new ScheduleSet(other, Run, schedules).SaveState();
        using var third = Sgd(0.1, 0.05);
        Assert.That(() => new ScheduleSet(third, longer, schedules).LoadState(state), Throws.ArgumentException.With.Message.Contains("call Extend"));
    }

    [Test]
    public void AnOptimizerOfAPartKeepsNamesLayersAndScales()
    {
        var model = new TestModel(2);
        var groups = new TestGroups(model);
        using var optimizer = groups.CreateSGD(0.1, step: new() { ParameterFilter = f => f.Layer == 0 });
        var set = new ScheduleSet(optimizer, new TrainingRun(20.Updates()), Cosine(0.Updates(), minimum: Level.Scaled(0.01), period: 10.Updates()));
        var expected = groups.Where(g => g.Layer == 0).ToArray();
        Assert.That(set.Groups.Select(g => (g.Name, g.Layer, g.LearningRateScale)),
            Is.EqualTo(expected.Select(g => (g.Name, g.Layer, (double?)g.LearningRateScale))));
        for (var i = 0; i < 10; i++) set.Step();
        Assert.That(optimizer.ParamGroups.Select(g => g.LearningRate), Is.EqualTo(expected.Select(g => 0.01 * g.LearningRateScale)).Within(1e-15));
    }

    [Test]
    public void AWarmUpOfNoLengthIsNone()
    {
        var table = ScheduleTable.Evaluate(
            [new("a", 1)], new TrainingRun(10.Epochs(), 10), LinearWarmup(0.Epochs()), QuadraticWarmup(0.Epochs()), Cosine(0.Epochs()));
        Assert.That(table.Check(), Is.Empty);
        var plain = ScheduleTable.Evaluate([new("a", 1)], new TrainingRun(10.Epochs(), 10), Cosine(0.Epochs()));
        for (var update = 0; update < 100; update++)
            Assert.That(table.Row(Hyperparameter.LearningRate, update)[0], Is.EqualTo(plain.Row(Hyperparameter.LearningRate, update)[0]));
    }

    // Looked at update by update, these would take hours.
    [Test]
    public void ARunOfAnyLengthIsMadeCheckedAndLookedAt()
    {
        using var optimizer = Sgd(0.1, 0.05);
        var run = new TrainingRun(1_000_000_000_000.Updates(), 1_000_000);
        Schedule[] schedules =
        [
            LinearWarmup(100_000.Epochs()), Cosine(from: 0.Epochs(), minimum: Level.Ratio(0.1)),
            Cosine(0.Epochs(), minimum: Level.Ratio(0.5)) with { Target = Hyperparameter.Momentum, Stepping = Stepping.EveryEpoch },
        ];
        Assert.That(() => new ScheduleSet(optimizer, run, [.. schedules, Linear(0.1, 1, from: 500_000.Epochs())]),
            Throws.ArgumentException.With.Message.StartsWith("At update 500000000000 the learning rate of group 'group 0' goes from"));
        var set = new ScheduleSet(optimizer, run, Cosine(0.Epochs(), minimum: Level.Ratio(0.1)), Step(200_000.Epochs()) with { Name = "drop" });
        Assert.That(set.Warnings, Is.Empty);
        var table = ScheduleTable.Evaluate([new("a", 1)], run, Cosine(0.Epochs()));
        Assert.That(table.Row(Hyperparameter.LearningRate, 500_000_000_000)[0], Is.EqualTo(0.5).Within(1e-9));
    }

    private static double? Momentum(ParamGroup group) => group switch
    {
        optim.IMomentum m => m.Momentum,
        optim.IBetas b => b.Betas.Item1,
        _ => null,
    };

    private static optim.Optimizer Sgd(params double[] rates) => optim.SGD(
        rates.Select(rate => new SGD.ParamGroup([new Parameter(zeros(1))], new SGD.Options { LearningRate = rate, momentum = 0.9 })),
            learningRate: 0.1);

    private static TestCaseData Kind(string name, Func<IEnumerable<Parameter>, optim.Optimizer> make, Func<ParamGroup, double?> decay) =>
        new TestCaseData(make, decay).SetArgDisplayNames(name);
}
