using System.Text.Json;

namespace LayerDecayGen.Training;

/// <summary>Where the schedules are.</summary>
internal sealed class SchedulesPart(ScheduleSet schedules) : ICheckpointPart
{
    public string Name => "schedules";

    public void Save(PartWriter to) => to.Text = schedules.SaveState().ToJson();

    public Action Load(SavedPart saved)
    {
        try
        {
            var state = ScheduleState.FromJson(saved.Text);
            Saved.Count(state.Update, "The schedules' update");
            foreach (var group in state.Groups)
                foreach (var (target, value) in group.Values)
                {
                    Saved.NotNegative(value.Base, $"The base {target} of group '{Shown.Text(group.Name)}'");
                    Saved.NotNegative(value.Value, $"The {target} of group '{Shown.Text(group.Name)}'");
                }

            schedules.EnsureLoadable(state);
            return () => schedules.LoadState(state);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new CheckpointException($"The schedules of the checkpoint are not those here. {e.Message}", e);
        }
    }
}
