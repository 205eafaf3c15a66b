using System.Text.Json;
using System.Text.Json.Serialization;
using LayerDecayGen;
using LayerDecayGen.Training;

namespace FineTune.Training;

/// <summary>An update: the mean loss of its batches, the norm before clipping, rates and update-to-weight ratios by layer, and accuracy where it was taken.</summary>
internal sealed record HistoryRow(long Update, long Epoch, double Loss, double GradientNorm, double[] Rates, double[]? Ratios, double? Accuracy);

/// <summary>What happened so far. It is a part of checkpoints, so that a resumed training writes the files of one that was never stopped.</summary>
internal sealed class History : ICheckpointPart
{
    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly List<HistoryRow> _rows = [];
    private readonly List<double> _window = [];

    public string Name => "history";

    public IReadOnlyList<HistoryRow> Rows => _rows;

    /// <summary>Adds the loss of a batch, and the update that it completed, if any.</summary>
    public void Add(double loss, HistoryRow? row)
    {
        _window.Add(loss);
        if (row is null) return;
        _rows.Add(row with { Loss = _window.Average() });
        _window.Clear();
    }

    /// <summary>Adds the held-out accuracy after the last update.</summary>
    public void Add(double accuracy) => _rows[^1] = _rows[^1] with { Accuracy = accuracy };

    /// <summary>The present learning rates from the first layer to the last; groups of a layer have one rate.</summary>
    public static double[] RatesByLayer(ScheduleSet schedules)
    {
        var values = schedules.Values(Hyperparameter.LearningRate).ToArray();
        return [.. schedules.Groups.Zip(values).GroupBy(g => g.First.Layer).OrderBy(g => g.Key).Select(g => g.First().Second)];
    }

    public void Save(PartWriter to) => to.Text = JsonSerializer.Serialize(new Saved([.. _rows], [.. _window]), s_json);

    public Action Load(SavedPart saved)
    {
        var read = JsonSerializer.Deserialize<Saved>(saved.Text, s_json) ?? throw new FormatException("The history is empty.");
        return () =>
        {
            _rows.Clear();
            _rows.AddRange(read.Rows);
            _window.Clear();
            _window.AddRange(read.Window);
        };
    }

    private sealed record Saved(HistoryRow[] Rows, double[] Window);
}
