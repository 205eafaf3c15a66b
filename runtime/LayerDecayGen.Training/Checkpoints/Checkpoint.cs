using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// Everything that a training needs to go on exactly, in one safetensors file: model, optimizers by parameter name, schedules, counts, the
/// gradients of an open window, average, loss scale, random state, and parts of a user's own. A file is checked whole, and for every part,
/// before anything is changed.
/// </summary>
/// <remarks>
/// A resumed training gives the same numbers to the last bit on a CPU with the same number of threads. CUDA's kernels do not promise that, and
/// TorchSharp shows the random state of the host alone.
/// </remarks>
/// <example>
/// <code>
/// var checkpoint = new Checkpoint(step);
/// checkpoint.Save("run.safetensors");
/// Console.WriteLine(checkpoint.Load("run.safetensors"));
/// </code>
/// </example>
public sealed class Checkpoint
{
    private readonly nn.Module _model;
    private readonly TrainingStep? _step;
    private readonly Optimizer[] _optimizers;
    private Task _background = Task.CompletedTask;

    /// <summary>A checkpoint of a training step with all that it has: model, optimizers, schedules, average, loss scale and counts.</summary>
    /// <param name="step">The step.</param>
    public Checkpoint(TrainingStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        (_step, _model, _optimizers) = (step, step.Model, [.. step.Optimizers]);
        (Schedules, Average, LossScale) = (step.Options.Schedules, step.Options.Average, step.Options.LossScale);
    }

    /// <summary>A checkpoint for a loop of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizers">Its optimizers.</param>
    public Checkpoint(nn.Module model, params Optimizer[] optimizers)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizers);
        (_model, _optimizers) = (model, optimizers);
    }

    /// <summary>The schedules; those of the step unless set.</summary>
    public ScheduleSet? Schedules { get; init; }

    /// <summary>The average of weights; that of the step unless set.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>The loss scale; that of the step unless set.</summary>
    public LossScale? LossScale { get; init; }

    /// <summary>Parts of a user's own, such as a <see cref="DataOrder"/>.</summary>
    public IReadOnlyList<ICheckpointPart> Parts { get; init; } = [];

    /// <summary>Writes the file, beside its place first and then renamed into it.</summary>
    /// <param name="path">Where to; a file there is replaced as a whole. A symbolic link stays and its target is replaced.</param>
    /// <exception cref="IOException">The file cannot be written; one that was there before is still there.</exception>
    /// <exception cref="InvalidOperationException">The state cannot be saved: the message names what.</exception>
    public void Save(string path) => Save(path, new Dictionary<string, string>());

    /// <summary>
    /// Copies the state to the host's memory and writes the file while the training goes on. Waits for an earlier such writing first, and
    /// throws what that one threw.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <returns>Ends when the file is whole and on the disk.</returns>
    public Task SaveInBackground(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        WaitForBackground();
        var parts = AllParts(_ => false);
        var scope = NewDisposeScope();
        var copies = Write(parts).Select(w => w.Copied()).ToList();
        foreach (var copy in copies.SelectMany(c => c.Tensors)) copy.Value.DetachFromDisposeScope();
        scope.Dispose();
        return _background = Task.Run(() =>
        {
            try
            {
                CheckpointFile.Write(path, copies, [.. parts.Select(p => p.Name)], new Dictionary<string, string>());
            }
            finally
            {
                foreach (var (_, tensor) in copies.SelectMany(c => c.Tensors)) tensor.Dispose();
            }
        });
    }

    internal void Save(string path, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        WaitForBackground();
        using var scope = NewDisposeScope();
        var parts = AllParts(_ => false);
        CheckpointFile.Write(path, Write(parts), [.. parts.Select(p => p.Name)], metadata);
    }

    private void WaitForBackground()
    {
        var background = _background;
        _background = Task.CompletedTask;
        background.GetAwaiter().GetResult();
    }

    private static List<PartWriter> Write(List<ICheckpointPart> parts)
    {
        using var _ = no_grad();
        var writers = new List<PartWriter>();
        foreach (var part in parts)
        {
            var writer = new PartWriter(part.Name);
            part.Save(writer);
            writers.Add(writer);
        }

        return writers;
    }

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What may differ; nothing unless said.</param>
    /// <returns>What loaded otherwise than it was saved.</returns>
    /// <exception cref="CheckpointException">The file is damaged or does not fit. Nothing has been changed in any part.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public CheckpointDifference Load(string path, CheckpointLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Average is { IsSwapped: true })
            throw new InvalidOperationException("The averages are in the model, and would be loaded over: dispose what Swap() returned first.");
        WaitForBackground();
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var file = CheckpointFile.Open(path);
        var loading = new CheckpointLoading(file, options ?? new());
        loading.Check(AllParts(loading.MayDiffer));
        loading.Apply();
        return loading.Difference;
    }

    private List<ICheckpointPart> AllParts(Func<string, bool> mayDiffer)
    {
        List<ICheckpointPart> parts = [new ModelPart(_model, _step?.Options.Freezing, Average, mayDiffer)];
        parts.AddRange(_optimizers.Select((o, i) => new OptimizerPart(_optimizers.Length == 1 ? "optimizer" : $"optimizer.{i}", _model, o)));
        if (Schedules is { } schedules) parts.Add(new SchedulesPart(schedules));
        if (_step is { } step) parts.Add(new StepPart(step));
        if (Average is { } average) parts.Add(new AveragePart(average));
        if (LossScale is { } scale) parts.Add(new LossScalePart(scale));
        parts.Add(new RandomPart());
        foreach (var part in Parts)
        {
            if (part.Name.Length == 0 || !part.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
                throw new InvalidOperationException($"A part cannot be called '{part.Name}': letters, digits, '.', '-' and '_' are allowed.");
            if (parts.Exists(p => p.Name == part.Name)) throw new InvalidOperationException($"Two parts are called '{part.Name}'.");
            parts.Add(part);
        }

        return parts;
    }
}
