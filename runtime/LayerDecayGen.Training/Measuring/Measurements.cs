using System.Diagnostics.Metrics;
using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// Rate, momentum, weight decay, gradient norm and update-to-weight ratio of every parameter group, layer and section at chosen updates:
/// through <see cref="Meter"/>s, for any exporter, and as rows of a CSV file. Nothing is computed at other updates, nor when nobody
/// listens.
/// </summary>
/// <remarks>
/// Instruments of the meter <c>LayerDecayGen</c>, with the tags <c>group</c> and <c>layer</c>, or <c>section</c>:
/// <c>layerdecaygen.learning_rate</c>, <c>.momentum</c>, <c>.weight_decay</c>, <c>.gradient_norm</c> (after clipping),
/// <c>.update_ratio</c> (norm of the change over norm of the weights before), and <c>layerdecaygen.loss</c> without tags. A measured update
/// copies the weights once.
/// </remarks>
public sealed class Measurements : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "LayerDecayGen";

    private static readonly string[] s_columns =
        ["update", "part", "name", "layer", "learning_rate", "momentum", "weight_decay", "gradient_norm", "update_ratio", "loss"];

    private readonly Meter _meter = new(MeterName);
    private readonly List<Instrument> _instruments = [];
    private readonly long _every;
    private readonly TextWriter? _csv;
    private IReadOnlyList<MeasuredPart> _last = [];
    private double _loss = double.NaN;
    private bool _headerWritten;

    /// <summary>Measures at update 0 and then at regular updates.</summary>
    /// <param name="every">Updates from one measurement to the next, at least 1.</param>
    /// <param name="csv">Receives a header and one row per group, layer and section; null for none. It is not closed.</param>
    public Measurements(int every = 50, TextWriter? csv = null)
    {
        (_every, _csv) = (Require.AtLeast(every, 1), csv);
        Gauge("learning_rate", p => p.LearningRate);
        Gauge("momentum", p => p.Momentum);
        Gauge("weight_decay", p => p.WeightDecay);
        Gauge("gradient_norm", p => p.GradientNorm);
        Gauge("update_ratio", p => p.UpdateRatio);
        _instruments.Add(_meter.CreateObservableGauge("layerdecaygen.loss", () => double.IsNaN(_loss) ? [] : new[] { new Measurement<double>(_loss) }));
    }

    /// <summary>The last measurement: one entry per group, layer and section.</summary>
    public IReadOnlyList<MeasuredPart> Last => _last;

    /// <summary>Takes the instruments back.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>Notes weights and gradients before an update; null where it is not measured.</summary>
    internal StepMeasurement? Begin(long update, IReadOnlyList<Optimizer> optimizers, StepPartners partners) =>
        update % _every == 0 && (_csv is not null || _instruments.Exists(i => i.Enabled))
            ? new StepMeasurement(this, update, optimizers, partners)
            : null;

    internal void Publish(long update, IReadOnlyList<MeasuredPart> parts, double loss)
    {
        (_last, _loss) = (parts, loss);
        if (_csv is null) return;
        if (!_headerWritten) _csv.Write(string.Join(',', s_columns) + "\n");
        _headerWritten = true;
        foreach (var part in parts)
            _csv.Write(string.Join(',', update.ToString(CultureInfo.InvariantCulture), part.Kind.ToString().ToLowerInvariant(), Quoted(part.Name),
                part.Layer?.ToString(CultureInfo.InvariantCulture), Number(part.LearningRate), Number(part.Momentum), Number(part.WeightDecay),
                Number(part.GradientNorm), Number(part.UpdateRatio), Number(loss)) + "\n");
        _csv.Flush();
    }

    private void Gauge(string name, Func<MeasuredPart, double?> value) => _instruments.Add(_meter.CreateObservableGauge(
        $"layerdecaygen.{name}", () => _last.Where(p => value(p) is not null).Select(p => new Measurement<double>(value(p)!.Value, Tags(p)))));

    private static KeyValuePair<string, object?>[] Tags(MeasuredPart part) => part.Kind switch
    {
        MeasuredKind.Group => [new("group", part.Name), new("layer", part.Layer)],
        MeasuredKind.Layer => [new("layer", part.Layer)],
        _ => [new("section", part.Name)],
    };

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string name) =>
        name.AsSpan().IndexOfAny(",\"\n\r") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
