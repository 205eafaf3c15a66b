namespace LayerDecayGen;

/// <summary>Says once of each group that it does not run on the fused kernel.</summary>
internal sealed class Announcement(Action<KernelChoice>? listener)
{
    private readonly HashSet<KernelChoice> _made = [];

    public void Make(KernelChoice choice)
    {
        if (choice.Reason.Length == 0 || !_made.Add(choice)) return;
        (listener ?? WriteToStandardError)(choice);
    }

    private static void WriteToStandardError(KernelChoice choice) => Console.Error.WriteLine($"LayerDecayGen: optimizer step on {choice}");
}
