using System.Diagnostics;

namespace FineTune.Reporting;

/// <summary>Plain lines, about ten for a training.</summary>
internal sealed class PlainProgress(TextWriter output) : IProgress
{
    public int Width => 120;

    public void Say(string text) => output.WriteLine(text);

    public void Watch(string title, long updates, Action<Action<long, string>> work)
    {
        output.WriteLine(title);
        var watch = Stopwatch.StartNew();
        long? first = null;
        work((update, line) =>
        {
            first ??= update - 1;
            if (update % Math.Max(1, updates / 10) != 0 && update != updates) return;
            var left = watch.Elapsed / (update - first.Value) * (updates - update);
            output.WriteLine($"  update {update} of {updates}: {line}, {left:mm\\:ss} left");
        });
    }
}
