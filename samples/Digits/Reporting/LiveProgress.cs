using System.Globalization;
using Digits.Training;
using Spectre.Console;

namespace Digits.Reporting;

/// <summary>A progress bar a phase, with the loss beside it.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgress
{
    public void Say(string text) => console.WriteLine(text);

    public void Watch(string title, Action<Action<EpochResult>> work) =>
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                work(result =>
                {
                    task.MaxValue = result.Epochs;
                    task.Value = result.Epoch;
                    task.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{title}, loss {result.Loss:F4}"));
                });
            });
}
