using System.Text.Json;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>One scheduler case: its groups, metrics and the values that the reference had in use at each step.</summary>
internal sealed class ScheduleGolden
{
    private const double DefaultMomentum = 0.9;

    private readonly JsonElement _json;

    public ScheduleGolden(JsonElement json)
    {
        _json = json;
        Expected = [.. Read("lr", Hyperparameter.LearningRate), .. Read("momentum", Hyperparameter.Momentum),
            .. Read("weight_decay", Hyperparameter.WeightDecay)];
    }

    /// <summary>What the reference had in use.</summary>
    public IReadOnlyList<Row> Expected { get; init; }

    public JsonElement Kwargs => _json.GetProperty("kwargs");

    public long Steps => _json.GetProperty("steps").GetInt64();

    /// <summary>The groups. An lr scale that the reference applies at every write is in the base rate here.</summary>
    public ScheduledGroup[] Groups => GroupsOf([.. _json.Field("base_lrs").Numbers()]);

    public double[]? Scales =>
        _json.Field("lr_scales")?.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Null ? 1 : s.GetDouble()).ToArray();

    private string Monitor => Kwargs.TextAt("monitor") ?? "loss";

    // The metric after row t counts for row t + 1.
    private MetricReport[] Reports => [.. _json.Field("metrics").Numbers().Select((m, t) => new MetricReport(t + 1, Monitor, m))];

    public ScheduledGroup[] GroupsOf(double[] rates)
    {
        var present = _json.Field("current_lrs").Numbers();
        var momentum = _json.Field("base_momentum").Numbers();
        var decay = _json.Field("base_weight_decay").Numbers();
        return
        [
            .. rates.Select((rate, g) => new ScheduledGroup($"group {g}", rate)
            {
                PresentLearningRate = present.IsEmpty ? null : present[g],
                Momentum = momentum.IsEmpty ? DefaultMomentum : momentum[g],
                WeightDecay = decay.IsEmpty ? 0 : decay[g],
            }),
        ];
    }

    /// <summary>The groups with the scales stated: each base rate times its scale.</summary>
    public ScheduledGroup[] ScaledGroups(double[] rates)
    {
        var scales = Scales ?? [.. rates.Select(_ => 1.0)];
        return [.. GroupsOf(rates).Select((g, i) => g with { LearningRate = g.LearningRate * scales[i], LearningRateScale = scales[i] })];
    }

    /// <summary>Evaluates ahead and, on a TorchSharp optimizer, drives; both have to agree with every row.</summary>
    public void Agree(TrainingRun run, params Schedule[] schedules)
    {
        AgreeAhead(Groups, run, schedules);
        if (_json.Field("current_lrs") is null) AgreeDriven(run, schedules);
    }

    public void AgreeAhead(IReadOnlyList<ScheduledGroup> groups, TrainingRun run, params Schedule[] schedules)
    {
        var table = ScheduleTable.Evaluate(groups, run, [.. Reports.Where(r => r.Update < run.Length.Count)], schedules);
        Assert.That(Expected, Is.Not.Empty);
        foreach (var row in Expected)
        {
            double[] values = table.Drives(row.Target) ? table.Row(row.Target, row.Update).ToArray()
                : [.. groups.Select(g => g.Base(row.Target)!.Value)];
            Agree(values, row, "evaluated");
        }
    }

    public static bool Close(double x, double y) => Math.Abs(x - y) <= 1e-12 * Math.Max(Math.Abs(x), Math.Abs(y));

    private void AgreeDriven(TrainingRun run, Schedule[] schedules)
    {
        using var optimizer = Optimizer();
        var set = new ScheduleSet(optimizer, run, ScheduleChecks.None, schedules);
        var (rows, reports) = (Expected.ToLookup(r => r.Update), Reports.ToDictionary(r => r.Update));
        for (var update = 0L; update < run.Length.Count; update++)
        {
            if (update > 0) set.Step();
            if (reports.TryGetValue(update, out var report)) set.Report(report.Metric, report.Monitor);
            foreach (var row in rows[update]) Agree([.. optimizer.ParamGroups.Select(g => Value(g, row.Target))], row, "driven");
        }
    }

    private static void Agree(double[] values, Row row, string how) =>
        Assert.That(values, Is.EqualTo(row.Values).Using<double>(Close), $"{row.Target} {how} at step {row.Update}");

    private IEnumerable<Row> Read(string field, Hyperparameter target)
    {
        if (_json.Field(field) is not { } rows) return [];
        var at = _json.Field("at_steps")?.EnumerateArray().Select(e => e.GetInt64()).ToArray();
        return rows.EnumerateArray().Select((values, t) => new Row(target, at?[t] ?? t, [.. ((JsonElement?)values).Numbers()]));
    }

    private optim.Optimizer Optimizer() => _json.TextAt("optimizer") is "AdamW" or "Adam"
        ? optim.AdamW(Groups.Select(g => new AdamW.ParamGroup([new Parameter(zeros(1))], new AdamW.Options
        {
            LearningRate = g.LearningRate,
            beta1 = g.Momentum,
            weight_decay = g.WeightDecay,
        })))
        : optim.SGD(
            Groups.Select(g => new SGD.ParamGroup([new Parameter(zeros(1))], new SGD.Options
            {
                LearningRate = g.LearningRate,
                momentum = g.Momentum,
                weight_decay = g.WeightDecay,
            })),
            learningRate: 0.1);

    private static double Value(optim.ILearningRateController group, Hyperparameter target) => (target, group) switch
    {
        (Hyperparameter.LearningRate, _) => group.LearningRate,
        (Hyperparameter.Momentum, optim.IMomentum m) => m.Momentum,
        (Hyperparameter.Momentum, optim.IBetas b) => b.Betas.Item1,
        (_, ParamGroup { Options: AdamW.Options o }) => o.weight_decay!.Value,
        (_, ParamGroup { Options: SGD.Options o }) => o.weight_decay!.Value,
        _ => throw new NotSupportedException($"No {target} in {group.GetType()}."),
    };

    public sealed record Row(Hyperparameter Target, long Update, double[] Values);
}
