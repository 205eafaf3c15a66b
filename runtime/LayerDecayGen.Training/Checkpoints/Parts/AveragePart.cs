using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>A running average of the weights, by the model's names.</summary>
internal sealed class AveragePart(WeightAverage average) : ICheckpointPart
{
    public string Name => "average";

    public void Save(PartWriter to)
    {
        to.Text = PartText.Write(new AverageText(average.Updates), PartJson.Default.AverageText);
        foreach (var (name, tensor) in average.Averages) to.Add(name, tensor);
    }

    public Action Load(SavedPart saved)
    {
        var updates = Saved.Count(PartText.Read(saved, PartJson.Default.AverageText).Updates, "The average's count of updates");
        var actions = new List<Action>();
        foreach (var (name, tensor) in average.Averages)
        {
            if (saved.Names.Of(name) is { } savedName && SavedName(savedName, name, saved) is { } found) actions.Add(saved.CopyInto(found, tensor));
            else saved.Difference.Note($"'{name}' has no average in the checkpoint; it keeps what it has");
        }

        return () =>
        {
            actions.ForEach(a => a());
            average.Resume(average.Averages, updates);
        };
    }

    // A tied tensor has its average under the first of its names.
    private static string? SavedName(string savedName, string name, SavedPart saved) =>
        saved.Find(savedName) is not null ? savedName : saved.Find(name) is not null ? name : null;
}
