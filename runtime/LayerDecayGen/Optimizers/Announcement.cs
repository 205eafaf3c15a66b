namespace LayerDecayGen;

/// <summary>Says once of each group that it does not run on the fused kernel.</summary>
internal sealed class Announcement(Action<BackendChoice>? listener)
{
    private readonly HashSet<BackendChoice> _made = [];

    public void Make(BackendChoice choice)
    {
        if (choice.Reason.Length == 0 || !_made.Add(choice)) return;
        (listener ?? WriteToStandardError)(choice);
    }

    private static void WriteToStandardError(BackendChoice choice) => Console.Error.WriteLine($"LayerDecayGen: optimizer step on {choice}");
}
