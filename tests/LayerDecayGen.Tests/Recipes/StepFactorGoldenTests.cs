using System.Text.Json;
using LayerDecayGen.References;
using LayerDecayGen.Tests.Schedules;

namespace LayerDecayGen.Tests.Recipes;

/// <summary>The schedules of transformers and torchtitan, in parity.</summary>
[TestFixture, Category("Golden")]
public sealed class StepFactorGoldenTests
{
    private static IEnumerable<TestCaseData> Cases => Golden.Cases("schedulers", "torchtitan", "transformers");

    [TestCaseSource(nameof(Cases))]
    public void Agrees(GoldenCase golden)
    {
        if (golden.ExpectsError)
        {
            var error = Assert.Catch<ArgumentException>(() => Of(golden))!;
            Assert.That(error.Message, ReasonOf(golden.Json.GetProperty("error").TextAt("message")!, golden.Json.GetProperty("kwargs")));
            return;
        }

        var run = new TrainingRun(golden.Json.GetProperty("steps").GetInt64().Updates());
        var schedule = Of(golden) with { StepsTaken = (golden.Json.GetProperty("kwargs").IntegerAt("last_epoch") ?? -1) + 1 };
        var rows = new ScheduleGolden(golden.Json);
        rows.AgreeAhead(rows.Groups, run, schedule);
    }

    [Test]
    public void EveryCaseIsRun() => Assert.That(
        Cases.Count(), Is.EqualTo(Golden.CountOf("schedulers", "torchtitan") + Golden.CountOf("schedulers", "transformers")));

    [TestCase(60)]
    [TestCase(200)]
    public void PastTheRunValuesStay(int update)
    {
        Schedule[] schedules =
        [
            TransformersSchedule.Cosine(10.Updates(), 50.Updates(), 0.1),
            TransformersSchedule.CosineFromRate(10.Updates(), 50.Updates(), 0.1),
            TorchTitanSchedule.WarmupStableDecay(50.Updates(), 10.Updates(), 0.5, DecayShape.SquareRoot, 0.1),
        ];
        var run = new TrainingRun((update + 1).Updates());
        foreach (var schedule in schedules)
        {
            var table = ScheduleTable.Evaluate([new ScheduledGroup("all", 2)], run, schedule);
            Assert.That(table.Row(Hyperparameter.LearningRate, update)[0], Is.EqualTo(0.2).Within(1e-15), schedule.Kind);
        }
    }

    private static NUnit.Framework.Constraints.Constraint ReasonOf(string python, JsonElement k) => python switch
    {
        _ when python.Contains("num_stable_steps must be specified") => Does.Contain("num_stable_steps"),
        _ when python.Contains("Unknown") => Does.Contain(k.TextAt("warmup_type") ?? k.TextAt("decay_type") ?? "?"),
        _ when python.Contains("min_lr") => Does.Contain("min_lr"),
        _ when python.Contains("lr_end") => Does.Contain("endRatio"),
        _ when python.Contains("division by zero") => Does.Contain("timescale").Or.Contain("not longer than its warm-up"),
        _ => throw new AssertionException($"No reason is known for '{python}'."),
    };

    private static Schedule Of(GoldenCase golden)
    {
        var (json, k) = (golden.Json, golden.Json.GetProperty("kwargs"));
        if (golden.File == "torchtitan") return TorchTitan(k);
        var (warmup, length) = (Time(k, "num_warmup_steps"), Time(k, "num_training_steps"));
        var (cycles, rate) = (k.NumberAt("num_cycles"), json.GetProperty("optimizer_default_lr").GetDouble());
        return json.TextAt("scheduler") switch
        {
            "get_constant_schedule_with_warmup" => TransformersSchedule.Constant(warmup),
            "get_linear_schedule_with_warmup" => TransformersSchedule.Linear(warmup, length),
            "get_cosine_schedule_with_warmup" => TransformersSchedule.Cosine(warmup, length, cycles: cycles ?? 0.5, parity: true),
            "get_cosine_with_min_lr_schedule_with_warmup" =>
                TransformersSchedule.Cosine(warmup, length, MinimumRatio(k, rate), cycles ?? 0.5, parity: true),
            "get_cosine_with_min_lr_schedule_with_warmup_lr_rate" => TransformersSchedule.CosineFromRate(
                warmup, length, MinimumRatio(k, rate), k.NumberAt("warmup_lr_rate"), cycles ?? 0.5, parity: true),
            "get_cosine_with_hard_restarts_schedule_with_warmup" => TransformersSchedule.CosineRestarts(warmup, length, cycles ?? 1),
            "get_polynomial_decay_schedule_with_warmup" =>
                TransformersSchedule.Polynomial(warmup, length, (k.NumberAt("lr_end") ?? 1e-7) / rate, k.NumberAt("power") ?? 1),
            "get_inverse_sqrt_schedule" => TransformersSchedule.InverseSquareRoot(warmup, k.NumberAt("timescale")),
            "get_wsd_schedule" => WarmupStableDecay(k, warmup, length, cycles ?? 0.5),
            var other => throw new NotSupportedException($"Unknown scheduler {other}."),
        };
    }

    private static Schedule WarmupStableDecay(JsonElement k, Updates warmup, Updates length, double cycles)
    {
        var decay = Time(k, "num_decay_steps");
        var stable = k.IntegerAt("num_stable_steps") ?? (k.IntegerAt("num_training_steps") is null
            ? throw new ArgumentException("Neither num_training_steps nor num_stable_steps is given.")
            : length.Count - warmup.Count - decay.Count);
        return TransformersSchedule.WarmupStableDecay(
            warmup, new Updates(stable), decay, Shape(k.TextAt("warmup_type"), "1-sqrt"), Shape(k.TextAt("decay_type") ?? "cosine", "1-sqrt"), k.NumberAt("min_lr_ratio") ?? 0,
            cycles);
    }

    // Config's defaults: 200 steps of warm-up, a linear decay right after it.
    private static Schedule TorchTitan(JsonElement k) => TorchTitanSchedule.WarmupStableDecay(
        new Updates((long)(k.NumberAt("total_steps") ?? k.NumberAt("training_steps")!.Value)), new Updates((long)(k.NumberAt("warmup_steps") ?? 200)),
        k.NumberAt("decay_ratio"), Shape(k.TextAt("decay_type"), "sqrt"), k.NumberAt("min_lr_factor") ?? 0, parity: true);

    private static double MinimumRatio(JsonElement k, double rate) => (k.NumberAt("min_lr"), k.NumberAt("min_lr_rate")) switch
    {
        ({ } minimum, null) => minimum / rate,
        (null, { } ratio) => ratio,
        _ => throw new ArgumentException("One of min_lr and min_lr_rate."),
    };

    private static Updates Time(JsonElement k, string name) => new(k.IntegerAt(name) ?? 0);

    private static DecayShape Shape(string? name, string squareRoot) => name switch
    {
        null or "linear" => DecayShape.Linear,
        "cosine" => DecayShape.Cosine,
        _ when name == squareRoot => DecayShape.SquareRoot,
        _ => throw new ArgumentException($"Unknown type: {name}."),
    };
}
