using System.Globalization;
using Digits.Training;

namespace Digits.Reporting;

/// <summary>Plain lines, about ten a phase.</summary>
internal sealed class PlainProgress(TextWriter output) : IProgress
{
    public void Say(string text) => output.WriteLine(text);

    public void Watch(string title, Action<Action<EpochResult>> work)
    {
        output.WriteLine(title);
        work(result =>
        {
            var every = Math.Max(1, result.Epochs / 10);
            if (result.Epoch % every != 0 && result.Epoch != result.Epochs) return;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  epoch {result.Epoch,3} of {result.Epochs}: loss {result.Loss:F4}"));
        });
    }
}
