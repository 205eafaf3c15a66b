using System.Diagnostics;

namespace LayerDecayGen.Benchmarks.Report;

/// <summary>Two sides measured in turn.</summary>
/// <param name="Ours">Median seconds of one call of ours.</param>
/// <param name="Other">Median seconds of one call of the other side.</param>
/// <param name="Ratio">Median of ours / other, pair by pair.</param>
internal readonly record struct Pair(double Ours, double Other, double Ratio);

/// <summary>
/// Times two sides in turn, A B A B …, so that a machine whose speed drifts drifts for both; medians are quoted, ratios are taken pair by pair.
/// </summary>
internal static class Pairs
{
    private const double BatchSeconds = 0.02;
    private const double WarmUpSeconds = 0.3;

    /// <summary>Measures a pair.</summary>
    /// <param name="ours">One call of ours.</param>
    /// <param name="other">One call of the other side.</param>
    /// <param name="rounds">How many pairs are counted; two more warm up.</param>
    public static Pair Measure(Action ours, Action other, int rounds = 15)
    {
        WarmUp(ours);
        WarmUp(other);
        var (oursCalls, otherCalls) = (Calls(ours), Calls(other));
        List<double> a = [], b = [], ratios = [];
        for (var round = -2; round < rounds; round++)
        {
            // The side that goes first takes turns too.
            double x, y;
            if (round % 2 == 0) { x = Seconds(ours, oursCalls); y = Seconds(other, otherCalls); }
            else { y = Seconds(other, otherCalls); x = Seconds(ours, oursCalls); }
            if (round < 0) continue;
            a.Add(x);
            b.Add(y);
            ratios.Add(x / y);
        }

        return new Pair(Median(a), Median(b), Median(ratios));
    }

    /// <summary>Managed bytes that one call allocates, the median of some calls on this thread.</summary>
    public static double AllocatedBytes(Action call, int rounds = 25)
    {
        call();
        var bytes = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            call();
            bytes.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return Median(bytes);
    }

    /// <summary>The middle value.</summary>
    public static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // Long enough for the run-time to have compiled the code in its final form.
    private static void WarmUp(Action call)
    {
        var start = Stopwatch.GetTimestamp();
        for (var calls = 0; calls < 3 || (calls < 500 && Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds); calls++) call();
    }

    // Enough calls a batch for the clock to be exact.
    private static int Calls(Action call)
    {
        call();
        var one = Seconds(call, 1);
        return Math.Clamp((int)(BatchSeconds / Math.Max(one, 1e-7)), 1, 10_000);
    }

    /// <summary>Seconds of a single call, for what cannot be repeated without something in between.</summary>
    public static double Once(Action call) => Seconds(call, 1);

    private static double Seconds(Action call, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
