namespace LayerDecayGen.Training;

/// <summary>The loss scale.</summary>
internal sealed class LossScalePart(LossScale scale) : ICheckpointPart
{
    public string Name => "loss scale";

    public void Save(PartWriter to) => to.Text = PartText.Write(new LossScaleText(scale.Value, scale.GoodUpdates), PartJson.Default.LossScaleText);

    public Action Load(SavedPart saved)
    {
        var text = PartText.Read(saved, PartJson.Default.LossScaleText);
        scale.EnsureInRange(text.Value, text.GoodUpdates);
        return () => scale.Resume(text.Value, text.GoodUpdates);
    }
}
