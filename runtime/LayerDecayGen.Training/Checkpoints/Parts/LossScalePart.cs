namespace LayerDecayGen.Training;

/// <summary>The loss scale.</summary>
internal sealed class LossScalePart(LossScale scale) : ICheckpointPart
{
    public string Name => "loss scale";

    public void Save(PartWriter to) => to.Text = PartText.Write(new LossScaleText(scale.Value, scale.GoodUpdates), PartJson.Default.LossScaleText);

    public Action Load(SavedPart saved)
    {
        var text = PartText.Read(saved, PartJson.Default.LossScaleText);
        if (!(text.Value > 0 && double.IsFinite(text.Value))) throw new CheckpointException(FormattableString.Invariant($"The loss scale is {text.Value}: it must be above 0 and finite."));
        Saved.Count(text.GoodUpdates, "The loss scale's count of good updates");
        return () => scale.Resume(text.Value, text.GoodUpdates);
    }
}
