using static TorchSharp.torch.optim;

namespace LayerDecayGen.Schedules;

/// <summary>
/// Schedules that drive the groups of an optimizer, ours or TorchSharp's. Made before the first update, it writes the values of update 0;
/// <see cref="Step"/> is called after every <c>optimizer.step()</c>.
/// </summary>
/// <example>
/// <code>
/// using static LayerDecayGen.Schedules.Schedule;
///
/// var run = new TrainingRun(50.Epochs(), epochLength: 120.Updates());
/// var schedules = new ScheduleSet(optimizer, run, LinearWarmup(5.Epochs()), Cosine(from: 5.Epochs(), to: 50.Epochs()));
/// foreach (var batch in batches)
/// {
///     ...
///     optimizer.step();
///     schedules.Step();
/// }
/// </code>
/// </example>
public sealed class ScheduleSet
{
    private static readonly Hyperparameter[] Targets = Enum.GetValues<Hyperparameter>();

    private readonly ILearningRateController[] _groups;
    private readonly ScheduleProgram _program;

    /// <summary>Binds schedules to an optimizer and writes the values of the first update.</summary>
    /// <param name="optimizer">Any TorchSharp optimizer with parameter groups. Base rates are the groups' <c>InitialLearningRate</c>.</param>
    /// <param name="run">How long the training runs.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the optimizer; nothing was written.</exception>
    public ScheduleSet(Optimizer optimizer, TrainingRun run, params Schedule[] schedules) : this(optimizer, null, run, schedules) { }

    /// <summary>Binds schedules to an optimizer made from a model's groups, and takes names, layers and lr scales from those.</summary>
    /// <param name="optimizer">The optimizer, its groups in the order of <paramref name="groups"/>.</param>
    /// <param name="groups">The groups it was made from.</param>
    /// <param name="run">How long the training runs.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the optimizer; nothing was written.</exception>
    public ScheduleSet(Optimizer optimizer, IReadOnlyList<ParameterGroup>? groups, TrainingRun run, params Schedule[] schedules)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(schedules);
        _groups = [.. optimizer.ParamGroups];
        if (groups is not null && groups.Count != _groups.Length)
            throw new ArgumentException($"The optimizer has {_groups.Length} groups, the model {groups.Count}.", nameof(groups));
        _program = new ScheduleProgram(run, [.. _groups.Select((g, i) => ScheduledGroup.From(g, i, groups?[i]))], schedules);
        Write();
    }

    /// <summary>The update whose values are in the optimizer, from 0.</summary>
    public long Update => _program.Update;

    /// <summary>Goes to the next update: call it after every <c>optimizer.step()</c> that changed the weights.</summary>
    public void Step()
    {
        _program.Advance();
        Write();
    }

    private void Write()
    {
        foreach (var target in Targets)
        {
            if (_program[target] is not { Changed: true } track) continue;
            var values = track.Values;
            for (var g = 0; g < values.Length; g++) OptimizerGroup.Write(_groups[g], target, values[g]);
        }
    }
}
