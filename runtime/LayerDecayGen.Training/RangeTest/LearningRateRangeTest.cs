using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>One point of a learning-rate range test.</summary>
/// <param name="LearningRate">The base learning rate of the update.</param>
/// <param name="Loss">The loss of its batch.</param>
/// <param name="Smoothed">The loss averaged over earlier ones, with fastai's bias correction.</param>
public readonly record struct RangeTestPoint(double LearningRate, double Loss, double Smoothed);

/// <summary>
/// The learning-rate range test (Smith 2017, "Cyclical Learning Rates for Training Neural Networks"): the rate grows from update to update
/// until the loss diverges. Model, optimizer and random numbers are put back as they were.
/// </summary>
public sealed class LearningRateRangeTest
{
    // fastai's LRFinder: smoothing of the losses, and the multiple of the best loss at which it stops.
    private const double Smoothing = 0.98;
    private const double Diverged = 4;

    private LearningRateRangeTest(IReadOnlyList<RangeTestPoint> points) => Points = points;

    /// <summary>The points in order of the rate; the last one may be where the loss diverged.</summary>
    public IReadOnlyList<RangeTestPoint> Points { get; }

    /// <summary>
    /// The rate at which the smoothed loss falls most steeply (fastai <c>steep</c>); null with fewer than two points.
    /// </summary>
    public double? Steepest
    {
        get
        {
            if (Points.Count < 2) return null;
            var slopes = Points.Zip(Points.Skip(1), (a, b) => (b.Smoothed - a.Smoothed) / Math.Log(b.LearningRate / a.LearningRate)).ToArray();
            return Points[Array.IndexOf(slopes, slopes.Min())].LearningRate;
        }
    }

    /// <summary>A tenth of the rate at which the smoothed loss is least (fastai <c>minimum</c>); null without points.</summary>
    public double? TenthOfMinimum => Points.Count == 0 ? null : Points.MinBy(p => p.Smoothed).LearningRate / 10;

    /// <summary>
    /// The rate half-way through the longest fall of the smoothed loss (fastai <c>valley</c>); null with fewer than two points.
    /// </summary>
    public double? Valley
    {
        get
        {
            if (Points.Count < 2) return null;
            var (start, end) = LongestFall([.. Points.Select(p => p.Smoothed)]);
            var third = (end - start) / 3.0;
            return Points[start + (int)third + (int)(third / 2)].LearningRate;
        }
    }

    /// <summary>Runs the test over the parts of a training step: its model, optimizers, clipping and loss scale.</summary>
    /// <param name="step">The step; its counts, schedules, averages and freezing take no part and stay as they are.</param>
    /// <param name="nextLoss">Draws the next batch and gives its loss, a single number; called once per update.</param>
    /// <param name="from">The first base rate, above 0.</param>
    /// <param name="to">The last base rate, above <paramref name="from"/>.</param>
    /// <param name="updates">How many updates, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="InvalidOperationException">A window of accumulation is open.</exception>
    public static LearningRateRangeTest Run(TrainingStep step, Func<Tensor> nextLoss, double from = 1e-7, double to = 10, int updates = 100)
    {
        ArgumentNullException.ThrowIfNull(step);
        ArgumentNullException.ThrowIfNull(nextLoss);
        Require.Positive(from);
        if (!(to > from && double.IsFinite(to))) throw new ArgumentOutOfRangeException(nameof(to), FormattableString.Invariant($"to is {to}: it must be above {from}, where the test starts."));
        Require.AtLeast(updates, 2);
        if (step.IsWindowOpen) throw new InvalidOperationException("A window of accumulation is open: run the test before training or after an update.");
        using var kept = new KeptTraining(step.Model, step.Optimizers);
        return new(Measure(step.ForRangeTest(), kept, nextLoss, from, to, updates));
    }

    private static List<RangeTestPoint> Measure(TrainingStep step, KeptTraining kept, Func<Tensor> nextLoss, double from, double to, int updates)
    {
        var points = new List<RangeTestPoint>();
        var (average, best) = (0.0, double.PositiveInfinity);
        for (var i = 0; i < updates; i++)
        {
            var rate = from * Math.Pow(to / from, (double)i / (updates - 1));
            kept.SetBaseRate(rate);
            var loss = step.Run(nextLoss).Loss;
            average = Smoothing * average + (1 - Smoothing) * loss;
            var smoothed = average / (1 - Math.Pow(Smoothing, i + 1));
            points.Add(new(rate, loss, smoothed));
            best = Math.Min(best, smoothed);
            if (!(smoothed <= Diverged * best)) break;
        }

        return points;
    }

    // By the lengths of falling subsequences, as fastai has it: quadratic, over a hundred points.
    private static (int Start, int End) LongestFall(double[] losses)
    {
        var length = new int[losses.Length];
        var end = 0;
        for (var i = 0; i < losses.Length; i++)
        {
            length[i] = 1;
            for (var j = 0; j < i; j++)
                if (losses[i] < losses[j])
                    length[i] = Math.Max(length[i], length[j] + 1);
            if (length[i] > length[end]) end = i;
        }

        return (Math.Max(0, end - length[end]), end);
    }
}
