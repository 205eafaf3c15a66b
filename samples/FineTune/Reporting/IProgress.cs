namespace FineTune.Reporting;

/// <summary>How a job talks to the person: a live display on a terminal, plain lines when output is redirected.</summary>
internal interface IProgress
{
    /// <summary>The width of a line.</summary>
    int Width { get; }

    void Say(string text);

    /// <summary>Shows work of so many updates; it reports each update with a line.</summary>
    void Watch(string title, long updates, Action<Action<long, string>> work);
}
