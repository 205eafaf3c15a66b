using System.Globalization;
using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>
/// Schedules that drive the groups of an optimizer, ours or TorchSharp's. Made before the first update, it writes the values of update 0;
/// <see cref="Step"/> is called after every <c>optimizer.step()</c>. It owns what it drives: a value set by hand lasts until a schedule is
/// active again.
/// </summary>
/// <remarks>
/// Groups added to the optimizer later (<c>add_param_group</c>) join at the next step, with their own base rate and where they would be had
/// they been there from the start. Not for several threads.
/// </remarks>
/// <example>
/// <code>
/// using static LayerDecayGen.Schedule;
///
/// var run = new TrainingRun(50.Epochs(), batchesPerEpoch: 120);
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

    private readonly Optimizer _optimizer;
    private ILearningRateController[] _groups;
    private ScheduleProgram _program;

    /// <summary>
    /// Binds schedules to an optimizer and writes the values of the first update. Of an optimizer made from a model's groups it reads
    /// names, layers and lr scales there.
    /// </summary>
    /// <param name="optimizer">Any TorchSharp optimizer with parameter groups. Base rates are the groups'
    /// <c>InitialLearningRate</c>.</param>
    /// <param name="run">The training.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the optimizer, or a check fails; nothing was
    /// written.</exception>
    public ScheduleSet(Optimizer optimizer, TrainingRun run, params Schedule[] schedules) : this(optimizer, run, ScheduleChecks.All, schedules) { }

    /// <summary>The same with a choice of checks.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="run">The training.</param>
    /// <param name="checks">What to check before anything is written.</param>
    /// <param name="schedules">The schedules, in the order in which they act on a value.</param>
    /// <exception cref="ArgumentException">A schedule does not fit the run or the optimizer, or a check fails; nothing was
    /// written.</exception>
    public ScheduleSet(Optimizer optimizer, TrainingRun run, ScheduleChecks checks, params Schedule[] schedules)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentNullException.ThrowIfNull(schedules);
        _optimizer = optimizer;
        _groups = [.. optimizer.ParamGroups];
        var named = (optimizer as GroupOptimizer)?.Groups;
        ScheduledGroup[] scheduled = [.. _groups.Select((g, i) => ScheduledGroup.From(g, i, i < named?.Count ? named[i] : null))];
        _program = new ScheduleProgram(run, [.. scheduled.Select(g => g with { LearningRateScale = g.ScaleAmong(scheduled) })], schedules);
        Warnings = [.. checks.Run(_program), .. RatesSetByHand(scheduled)];
        Write(onlyChanged: false);
    }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer => _optimizer;

    /// <summary>The training.</summary>
    public TrainingRun Run => _program.Run;

    /// <summary>
    /// Makes the run longer and goes on at the present update: windows that end with the run, and lengths stated as shares of it, are those
    /// of the longer run from the next update on.
    /// </summary>
    /// <param name="run">The longer run, from <see cref="TrainingRun.ExtendedTo(Epochs)"/>.</param>
    /// <exception cref="ArgumentException">The run is not longer, or a schedule does not fit it. Nothing has been changed.</exception>
    public void Extend(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (run.Length.Count <= Run.Length.Count)
            throw new ArgumentException(FormattableString.Invariant($"A run of {run.Length.Count} updates does not extend one of {Run.Length.Count}."), nameof(run));
        _program = _program.At(Update, run);
        Write(onlyChanged: false);
    }

    /// <summary>The update whose values are in the optimizer, from 0.</summary>
    public long Update => _program.Update;

    /// <summary>The groups, in the optimizer's order.</summary>
    public IReadOnlyList<ScheduledGroup> Groups => _program.Groups;

    /// <summary>What a person should know: defects of references that were corrected or kept, levels that drop lr scales.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>The present values of a hyper-parameter, one a group; empty where no schedule drives it.</summary>
    /// <param name="target">Which.</param>
    public ReadOnlySpan<double> Values(Hyperparameter target) => _program[target] is { } values ? values.Values : default;

    /// <summary>Goes to the next update: call it after every <c>optimizer.step()</c> that changed the weights, not after every
    /// micro-batch.</summary>
    public void Step()
    {
        if (GroupCount() != _groups.Length) Join();
        _program.GoTo(Update + 1);
        Write(onlyChanged: true);
    }

    /// <summary>Reports a metric to the schedules that wait for it, after the <see cref="Step"/> of the update or epoch it belongs
    /// to.</summary>
    /// <param name="metric">The value.</param>
    /// <param name="monitor">Its name, as <see cref="PlateauOptions.Monitor"/> states it.</param>
    /// <exception cref="ArgumentException">The metric is not a number, or no schedule waits for it; nothing was changed.</exception>
    public void Report(double metric, string monitor = "loss")
    {
        if (double.IsNaN(metric))
            throw new ArgumentException($"The metric '{monitor}' at update {Update} is not a number.", nameof(metric));
        if (!_program.Schedules.Any(s => s.Listens(monitor)))
            throw new ArgumentException($"No schedule waits for '{monitor}'.", nameof(monitor));
        _program.Report(monitor, metric);
        Write(onlyChanged: true);
    }

    /// <summary>Everything needed to go on from here, by names of schedules and groups.</summary>
    public ScheduleState SaveState() => ScheduleState.Of(_program);

    /// <summary>Goes on from a saved state, bit by bit as the run it was saved from.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="ArgumentException">Its schedules or groups are others; the message lists the differences, and nothing was
    /// changed.</exception>
    public void LoadState(ScheduleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _program = state.Into(_program);
        Write(onlyChanged: false);
    }

    /// <summary>Checks that a saved state can be loaded, and changes nothing.</summary>
    /// <param name="state">The state.</param>
    /// <exception cref="ArgumentException">Its schedules or groups are others; the message lists the differences.</exception>
    public void EnsureLoadable(ScheduleState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _ = state.Into(_program);
    }

    /// <summary>What the schedules give at every update of the run, from its begin, without the metrics that are not yet known.</summary>
    public ScheduleTable ToTable() => ScheduleTable.Evaluate(_program.Groups, _program.Run, [.. _program.Reports], [.. _program.Sources]);

    /// <summary>The set as a TorchSharp scheduler, for code that has its own loop: <c>step()</c> goes to the next update.</summary>
    public lr_scheduler.LRScheduler ToLRScheduler() => new ScheduleSetScheduler(_optimizer, this);

    /// <summary>Goes to any update, forth or back, as if every step up to it had been taken.</summary>
    /// <param name="update">The update, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The update is negative.</exception>
    public void JumpTo(Updates update)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(update.Count, nameof(update));
        _program = _program.At(update.Count);
        Write(onlyChanged: false);
    }

    /// <summary>The present values of every group, with its name and layer: a line for each.</summary>
    public override string ToString()
    {
        var rows = new List<string[]> { new[] { "group", "layer", "learning rate", "momentum", "weight decay" } };
        rows.AddRange(_groups.Zip(Groups, (group, scheduled) => new[]
        {
            scheduled.Name, Text(scheduled.Layer), Text(group.LearningRate), Text(OptimizerGroup.Momentum(group)),
            Text(OptimizerGroup.WeightDecay(group)),
        }));
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        var lines = rows.Select(r => string.Join("  ", r.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))));
        return string.Join(Environment.NewLine, lines.Prepend(FormattableString.Invariant($"update {Update} of {Run.Length.Count}")));
    }

    private static string Text(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "-";

    // Schedules start from base rates: a rate that was only written into the group would be lost without a word.
    private IEnumerable<string> RatesSetByHand(ScheduledGroup[] scheduled)
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            if (_groups[i].LearningRate == _groups[i].InitialLearningRate) continue;
            yield return FormattableString.Invariant($"Group '{scheduled[i].Name}' had the learning rate {_groups[i].LearningRate}; schedules ")
                + FormattableString.Invariant($"start from its base rate {_groups[i].InitialLearningRate} (InitialLearningRate).");
        }
    }

    private int GroupCount() =>
        _optimizer.ParamGroups is IReadOnlyCollection<ILearningRateController> groups ? groups.Count : _optimizer.ParamGroups.Count();

    private void Join()
    {
        ILearningRateController[] groups = [.. _optimizer.ParamGroups];
        if (groups.Length < _groups.Length || !groups.Take(_groups.Length).SequenceEqual(_groups))
            throw new InvalidOperationException("The optimizer's groups were removed or replaced; make a new ScheduleSet for it.");
        var known = _program.Groups;
        var newcomers = groups.Skip(known.Count).Select((g, i) => ScheduledGroup.From(g, known.Count + i, null));
        IReadOnlyList<ScheduledGroup> all = [.. known, .. newcomers.Select(g => g with { LearningRateScale = g.ScaleBeside(known) })];
        _program = _program.At(Update, groups: all);
        _groups = groups;
    }

    private void Write(bool onlyChanged)
    {
        foreach (var target in Targets)
        {
            if (_program[target] is not { } driven || (onlyChanged && !driven.Changed)) continue;
            var values = driven.Values;
            for (var g = 0; g < values.Length; g++) OptimizerGroup.Write(_groups[g], target, values[g]);
        }
    }
}
