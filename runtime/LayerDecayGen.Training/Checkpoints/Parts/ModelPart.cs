using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>Parameters and persistent buffers by name, each tensor once.</summary>
internal sealed class ModelPart(nn.Module model, FreezePlan? freezing, WeightAverage? average, Func<string, bool> mayDiffer) : ICheckpointPart
{
    public string Name => "model";

    public void Save(PartWriter to)
    {
        var live = LiveTensors.Of(model);
        foreach (var tensor in live) to.Add(tensor.Name, Behind(tensor) ?? tensor.Tensor);
        var aliases = live.SelectMany(t => t.Names.Skip(1), (t, alias) => (alias, t.Name)).ToDictionary(a => a.alias, a => a.Name, StringComparer.Ordinal);
        to.Text = PartText.Write(new ModelText(aliases, [.. FormerNames.Of(model).Texts], [.. Frozen()]), PartJson.Default.ModelText);
    }

    // While averages are swapped in, the training weights are behind them.
    private Tensor? Behind(LiveTensor live) => average?.WeightsBehind is { } weights
        ? live.Names.Select(n => weights.GetValueOrDefault(n)).FirstOrDefault(w => w is not null)
        : null;

    private IEnumerable<string> Frozen() => model.named_parameters().Where(p => !p.parameter.requires_grad).Select(p => p.name);

    public Action Load(SavedPart saved)
    {
        var text = PartText.Read(saved, PartJson.Default.ModelText);
        if (text is not { Aliases: not null, Renames: not null, Frozen: not null }) throw new CheckpointException("The part 'model' lacks a field.");
        var owners = saved.TensorNames.ToDictionary(n => n, n => n, StringComparer.Ordinal);
        foreach (var (alias, owner) in text.Aliases)
            if (!saved.TensorNames.Contains(owner) || !owners.TryAdd(alias, owner))
                throw new CheckpointException($"The part 'model' ties '{Shown.Text(alias)}' to '{Shown.Text(owner)}', which cannot be.");
        var live = LiveTensors.Of(model);
        var found = Match(live, owners, FormerNames.Of(model).Since(text.Renames), saved.Difference);
        NoteThawed(text, saved);
        var actions = live.Where(t => found.ContainsKey(t)).Select(t => Prepare(t, found[t], saved)).OfType<Action>().ToList();
        return () => actions.ForEach(a => a());
    }

    /// <summary>Former names first: a tensor that one of them takes is no one else's.</summary>
    private Dictionary<LiveTensor, string> Match(
        List<LiveTensor> live, Dictionary<string, string> owners, FormerNames former, CheckpointDifference difference)
    {
        var found = new Dictionary<LiveTensor, string>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in live)
        {
            if (tensor.Names.SelectMany(former.Of).FirstOrDefault(owners.ContainsKey) is not { } then) continue;
            found[tensor] = owners[then];
            taken.Add(then);
            difference.Note($"'{tensor.Name}' was '{then}'");
        }

        foreach (var tensor in live.Where(t => !found.ContainsKey(t)))
        {
            var present = tensor.Names.Where(n => owners.ContainsKey(n) && !taken.Contains(n)).Select(n => owners[n]).Distinct().ToList();
            if (present.Count == 1) found[tensor] = present[0];
            else if (present.Count == 0)
                difference.Add($"'{tensor.Name}' is not in the checkpoint" + (taken.Contains(tensor.Name) ? ": its name is the former name of another" : ""), MayDiffer(tensor));
            else difference.Problem($"'{tensor.Name}' is one tied tensor here and {present.Count} in the checkpoint: {string.Join(", ", present.Select(Shown.Text))}");
        }

        return found;
    }

    private Action? Prepare(LiveTensor live, string savedName, SavedPart saved)
    {
        var entry = saved.Find(savedName)!;
        if (entry.Dtype != live.Tensor.dtype || !entry.Shape.AsSpan().SequenceEqual(live.Tensor.shape))
        {
            saved.Difference.Add(
                $"'{live.Name}' is {live.Tensor.dtype} {Shown.Shape(live.Tensor.shape)} and {entry.Dtype} {Shown.Shape(entry.Shape)} in the checkpoint",
                MayDiffer(live));
            return null;
        }

        foreach (var name in live.Names) saved.Names.Add(name, savedName);
        return saved.CopyInto(savedName, live.Tensor);
    }

    private bool MayDiffer(LiveTensor live) => live.Names.Any(mayDiffer);

    private void NoteThawed(ModelText text, SavedPart saved)
    {
        if (freezing is not null) return; // what is frozen follows from the updates
        var (then, now) = (text.Frozen.ToHashSet(StringComparer.Ordinal), Frozen().ToHashSet(StringComparer.Ordinal));
        if (now.Except(then).Count() is > 0 and var frozen) saved.Difference.Note($"{frozen} parameters are frozen here that trained when it was saved");
        if (then.Except(now).Count() is > 0 and var thawed) saved.Difference.Note($"{thawed} parameters train here that were frozen when it was saved");
    }
}
