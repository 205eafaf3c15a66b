using Spectre.Console;

namespace FineTune.Reporting;

/// <summary>A progress bar with the loss and the rates beside it.</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgress
{
    public int Width => console.Profile.Width;

    public void Say(string text) => console.WriteLine(text);

    public void Watch(string title, long updates, Action<Action<long, string>> work) =>
        console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: updates);
                work((update, line) =>
                {
                    task.Value = update;
                    task.Description = Markup.Escape(line);
                });
            });
}
