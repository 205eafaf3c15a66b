using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// Everything a training needs to go on exactly, in one file: model, optimizer state by parameter name, options of groups, schedules,
/// counts, loss scale, average of weights and random state. A file is checked whole before anything is touched.
/// </summary>
/// <remarks>
/// State is found by parameter name, so other groups, a renamed member (<see cref="FormerlyNamedAttribute"/>) or a thawed layer load as
/// well. Of random states only that of the host's default generator is saved.
/// </remarks>
public sealed class Checkpoint
{
    private readonly nn.Module _model;
    private readonly Optimizer[] _optimizers;

    /// <summary>Says what there is to save and load.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizers">Its optimizers.</param>
    public Checkpoint(nn.Module model, params Optimizer[] optimizers)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _optimizers) = (model, optimizers);
    }

    /// <summary>The step, for its counts.</summary>
    public TrainingStep? Step { get; init; }

    /// <summary>The schedules.</summary>
    public ScheduleSet? Schedules { get; init; }

    /// <summary>The average of weights.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>The loss scale.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>Writes the file, beside its place first and then renamed into it.</summary>
    /// <param name="path">Where to; a file there is replaced.</param>
    public void Save(string path)
    {
        var states = new OptimizerStates(_model, _optimizers);
        var manifest = new CheckpointManifest { Schedules = Schedules?.SaveState().ToJson() };
        states.Describe(manifest);
        Count(manifest.Counts);
        using var random = get_rng_state();
        CheckpointFile.Write(path, manifest,
        [
            .. Live().Select(t => ($"model/{t.Name}", t.Tensor)),
            .. states.All.SelectMany(h => h.Tensors().Select(t => ($"state/{h.Name}/{t.Field}", t.Tensor))),
            .. (Average?.Averages ?? new Dictionary<string, Tensor>()).Select(a => ($"average/{a.Key}", a.Value)),
            ("random", random),
        ]);
    }

    private void Count(Dictionary<string, double> counts)
    {
        if (Step is { } step) (counts["iterations"], counts["updates"], counts["skips"]) = (step.Iterations, step.Updates, step.Skips);
        if (LossScale is { } scale) (counts["loss scale"], counts["good updates"]) = (scale.Value, scale.GoodUpdates);
        if (Average is { } average) counts["average updates"] = average.Updates;
    }

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="partly">Whether to load what fits where the model's tensors do not all fit; the result then says what did not.</param>
    /// <returns>What differed.</returns>
    /// <exception cref="CheckpointException">The file is damaged or of another model. Nothing has been changed.</exception>
    public CheckpointDifference Load(string path, bool partly = false)
    {
        using var stream = File.OpenRead(path);
        var manifest = CheckpointFile.Verify(stream, out var data);
        var loading = new CheckpointLoading(manifest, new FormerNames(_model), entry => CheckpointFile.Read(stream, data, entry));
        var states = new OptimizerStates(_model, _optimizers);
        loading.Compare([.. Live()], states);
        if (loading.Difference.Problems.Count > 0 && !partly) throw new CheckpointException(path, loading.Difference);
        Schedules?.LoadState(ScheduleState.FromJson(manifest.Schedules ?? throw new CheckpointException($"{path} has no schedules.")));
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        loading.Fill([.. Live()]);
        loading.Fill(states);
        Resume(manifest.Counts, loading);
        return loading.Difference;
    }

    private void Resume(Dictionary<string, double> counts, CheckpointLoading loading)
    {
        if (Step is { } step && counts.ContainsKey("iterations"))
            step.Resume((long)counts["iterations"], (long)counts["updates"], (long)counts["skips"]);
        if (LossScale is { } scale && counts.TryGetValue("loss scale", out var value)) scale.Resume(value, (int)counts["good updates"]);
        if (Average is { } average && counts.TryGetValue("average updates", out var updates))
            average.Resume(average.Averages.Keys.ToDictionary(name => name, loading.Average), (long)updates);
        set_rng_state(loading.Random());
    }

    private IEnumerable<(string Name, Tensor Tensor)> Live() =>
        _model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(_model.named_buffers().Select(b => (b.name, b.buffer)));
}
