using FineTune.Data;
using FineTune.Models;
using LayerDecayGen;
using LayerDecayGen.References;
using LayerDecayGen.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace FineTune.Training;

/// <summary>A model with its groups, optimizer, schedules and training step: everything the sample takes from the library stands here.</summary>
internal sealed class Trainer : IDisposable
{
    private const double WeightDecay = 0.01;
    private const double WarmupShare = 0.1;
    private const int EvaluationBatch = 64;
    private const int Measured = 25;

    private readonly JobOptions _options;
    private readonly TokenSet _set;
    private readonly Tokens _tokens;
    private readonly GroupOptimizer _optimizer;
    private readonly Measurements _measurements;
    private readonly int _measuredEvery;

    /// <param name="options">What was asked for.</param>
    /// <param name="weights">The pretrained weights.</param>
    /// <param name="tokens">Makes batches.</param>
    /// <param name="set">What is trained on.</param>
    public Trainer(JobOptions options, string weights, Tokens tokens, TokenSet set)
    {
        (_options, _tokens, _set) = (options, tokens, set);
        manual_seed(options.Seed);
        Model = new SentenceClassifier(new BertSize(), set.Classes).to(options.Device, options.Dtype);
        Groups = Model.GetParameterGroups(new() { LayerDecay = options.LayerDecay, WeightDecay = WeightDecay });
        Loaded = PretrainedWeights.Load(Model, weights, new() { AllowNarrowing = options.Dtype != ScalarType.Float32 }, except: Groups.Classifier);
        if (options.FreezeEmbeddings) Groups.Embeddings.Frozen = true;
        _optimizer = Groups.CreateAdamW(options.LearningRate);

        Order = new DataOrder(set.Train.Count, options.Seed);
        BatchesPerEpoch = (set.Train.Count + options.Batch - 1) / options.Batch;
        var run = new TrainingRun(options.Epochs.Epochs(), BatchesPerEpoch, options.Accumulation);
        Schedules = new ScheduleSet(_optimizer, run, LinearWithWarmup(run));
        _measuredEvery = (int)Math.Max(1, run.Length.Count / Measured);
        _measurements = new Measurements(_measuredEvery, TextWriter.Null);
        Average = options.Ema is { } decay ? new WeightAverage(Model, decay, warmUp: true) : null;
        Step = new TrainingStep(Model, _optimizer, new()
        {
            Clipping = Clipping.ByNorm(1),
            Schedules = Schedules,
            Average = Average,
            Measurements = _measurements,
        });
        Checkpoint = new Checkpoint(Step) { Parts = [Order, History] };
        Updates = run.Length.Count;
    }

    public SentenceClassifier Model { get; }

    public SentenceClassifier.Groups Groups { get; }

    public PretrainedResult Loaded { get; }

    public ScheduleSet Schedules { get; }

    public WeightAverage? Average { get; }

    public TrainingStep Step { get; }

    public Checkpoint Checkpoint { get; }

    public DataOrder Order { get; }

    public History History { get; } = new();

    /// <summary>Updates of the whole training.</summary>
    public long Updates { get; }

    public int BatchesPerEpoch { get; }

    /// <summary>The layers that train, in the order of rates and ratios.</summary>
    public IReadOnlyList<int?> Layers => [.. Groups.Select(g => g.Layer).Distinct().Order()];

    public bool EpochIsOver => Order.Position == _set.Train.Count;

    public bool IsOver => EpochIsOver && Order.Epoch == _options.Epochs - 1;

    /// <summary>One batch forward and backward, and an update where it is due, which is written into the history.</summary>
    public void RunBatch()
    {
        using var scope = NewDisposeScope();
        var rates = History.RatesByLayer(Schedules);
        var loss = NextLoss();
        var result = Step.Run(loss);
        History.Add(loss.item<float>(), result.Updated ? new HistoryRow(Step.Updates, Order.Epoch + 1, 0, result.GradientNorm ?? 0, rates, RatiosByLayer(), null) : null);
    }

    /// <summary>The loss of the next batch.</summary>
    public Tensor NextLoss()
    {
        Model.train();
        return Loss(Order.NextBatch(_options.Batch));
    }

    // Null at updates that are not measured; a layer that does not train has not moved.
    private double[]? RatiosByLayer()
    {
        if ((Step.Updates - 1) % _measuredEvery != 0) return null;
        var moved = _measurements.Last.Where(p => p.Kind == MeasuredKind.Layer).ToLookup(p => p.Layer, p => p.UpdateRatio ?? 0);
        return [.. Layers.Select(l => moved[l].FirstOrDefault())];
    }

    /// <summary>The share of right answers on held-out sentences, with averaged weights where there are some.</summary>
    public double Accuracy()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var averaged = Average?.Swap();
        Model.eval();
        var right = 0;
        // Sentences of like length together: little padding.
        foreach (var batch in _set.HeldOut.OrderBy(s => s.Ids.Length).Chunk(EvaluationBatch))
        {
            using var inner = NewDisposeScope();
            var (ids, mask) = _tokens.Batch([.. batch.Select(s => s.Ids)], _options.Device);
            var guessed = Model.forward(ids, mask).argmax(1).cpu().data<long>().ToArray();
            right += guessed.Zip(batch).Count(g => g.First == g.Second.Label);
        }

        return (double)right / _set.HeldOut.Count;
    }

    /// <summary>The share of the optimizer's step in forward, backward and step together: the middle of three, on one more batch.</summary>
    /// <remarks>It changes weights, so it comes after everything is written.</remarks>
    public double UpdateShare()
    {
        var shares = new double[3];
        Model.train();
        for (var i = 0; i < shares.Length; i++)
        {
            using var scope = NewDisposeScope();
            var watch = System.Diagnostics.Stopwatch.StartNew();
            Loss([.. Enumerable.Range(0, Math.Min(_options.Batch, _set.Train.Count))]).backward();
            var before = watch.Elapsed;
            _optimizer.step();
            shares[i] = (watch.Elapsed - before) / watch.Elapsed;
            foreach (var parameter in Model.parameters()) parameter.grad = null;
        }

        return shares.Order().ElementAt(1);
    }

    private Tensor Loss(IReadOnlyList<int> batch)
    {
        var (ids, mask) = _tokens.Batch([.. batch.Select(i => _set.Train[i].Ids)], _options.Device);
        var labels = tensor(batch.Select(i => (long)_set.Train[i].Label).ToArray(), device: _options.Device);
        return nn.functional.cross_entropy(Model.forward(ids, mask).to(ScalarType.Float32), labels);
    }

    // Hugging Face's get_linear_schedule_with_warmup: from 0 up, and down to 0 one update after the last.
    private static Schedule LinearWithWarmup(TrainingRun run) =>
        TransformersSchedule.Linear(((long)(WarmupShare * run.Length.Count)).Updates(), run.Length);

    public void Dispose()
    {
        Average?.Dispose();
        _measurements.Dispose();
        _optimizer.Dispose();
        Model.Dispose();
    }
}
