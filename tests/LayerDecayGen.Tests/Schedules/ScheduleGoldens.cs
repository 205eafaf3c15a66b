using System.Text.Json;
using LayerDecayGen.Schedules;

namespace LayerDecayGen.Tests.Schedules;

/// <summary>What all scheduler cases share: groups, rows and the comparison to 1e-12 relative.</summary>
internal static class ScheduleGoldens
{
    public static ScheduledGroup[] Groups(JsonElement json)
    {
        var rates = json.Field("base_lrs").Numbers();
        var momentum = json.Field("base_momentum").Numbers();
        var decay = json.Field("base_weight_decay").Numbers();
        return
        [
            .. rates.Select((rate, g) => new ScheduledGroup($"group {g}", rate)
            {
                Momentum = momentum.IsEmpty ? 0.9 : momentum[g],
                WeightDecay = decay.IsEmpty ? 0 : decay[g],
            }),
        ];
    }

    public static void Compare(ScheduleTable table, JsonElement json)
    {
        Compare(table, json, Hyperparameter.LearningRate, "lr");
        Compare(table, json, Hyperparameter.Momentum, "momentum");
        Compare(table, json, Hyperparameter.WeightDecay, "weight_decay");
    }

    private static void Compare(ScheduleTable table, JsonElement json, Hyperparameter target, string field)
    {
        if (json.Field(field) is not { } rows) return;
        var at = json.Field("at_steps")?.EnumerateArray().Select(e => e.GetInt64()).ToArray();
        var row = 0;
        foreach (var expected in rows.EnumerateArray())
        {
            var update = at?[row] ?? row;
            var values = table.Drives(target) ? table.Row(target, update).ToArray() : [.. table.Groups.Select(g => g.Base(target)!.Value)];
            Assert.That(values, Is.EqualTo(((JsonElement?)expected).Numbers()).Using<double>(Close), $"{field} at step {update}");
            row++;
        }

        Assert.That(row, Is.GreaterThan(0));
    }

    public static bool Close(double x, double y) => Math.Abs(x - y) <= 1e-12 * Math.Max(Math.Abs(x), Math.Abs(y));
}
