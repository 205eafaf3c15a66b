using Digits.Training;

namespace Digits.Reporting;

/// <summary>How a job talks to the person: a live display on a terminal, plain lines when output is redirected.</summary>
internal interface IProgress
{
    void Say(string text);

    void Watch(string title, Action<Action<EpochResult>> work);
}
