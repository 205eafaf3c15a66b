using System.Globalization;
using Microsoft.Extensions.Logging;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// Owns the order of a training step: accumulate, unscale, clip, step, drop gradients, average, schedule, thaw. Gradients are null between
/// updates, so that a parameter which is not used is not stepped: TorchSharp's <c>optimizer.zero_grad()</c> leaves zeros, and those decay
/// weights.
/// </summary>
/// <example>
/// <code>
/// var step = new TrainingStep(model, optimizer, new() { Clipping = Clipping.ByNorm(1), Schedules = schedules });
/// foreach (var (images, labels) in batches)
///     Console.WriteLine(step.Run(() =&gt; loss.call(model.call(images), labels)).Loss);
/// </code>
/// </example>
public sealed class TrainingStep
{
    private const int SkipsAtLeastScale = 50;

    private readonly nn.Module _model;
    private readonly Optimizer[] _optimizers;
    private readonly TrainingStepOptions _options;
    private readonly StepPartners _partners;
    private readonly FrozenStatistics? _statistics;
    private bool _unusedReported;
    private int _skipsInARow;
    private double? _windowScale; // null where the next backward pass decides it

    /// <summary>Makes a step for a model with one optimizer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">Any TorchSharp optimizer with parameter groups.</param>
    /// <param name="options">What else it does.</param>
    /// <exception cref="ArgumentException">The parts do not belong together; the parameter or part is named.</exception>
    public TrainingStep(nn.Module model, Optimizer optimizer, TrainingStepOptions? options = null) : this(model, [optimizer], options) { }

    /// <summary>Makes a step for a model whose parameters are shared out between optimizers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizers">The optimizers, stepped in this order; each trainable parameter is in exactly one.</param>
    /// <param name="options">What else it does.</param>
    /// <exception cref="ArgumentException">The parts do not belong together; the parameter or part is named.</exception>
    public TrainingStep(nn.Module model, IReadOnlyList<Optimizer> optimizers, TrainingStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizers);
        (_model, _optimizers, _options) = (model, [.. optimizers], options ?? new());
        if (_options.MaxConsecutiveSkips is { } skips) Require.AtLeast(skips, 0, nameof(TrainingStepOptions.MaxConsecutiveSkips));
        TrainingRun = StepPartners.OneRun(_options);
        _partners = new StepPartners(model, _optimizers, _options);
        _statistics = _options.FrozenStatisticsMove ? null : new FrozenStatistics(model);
        _options.Freezing?.Apply(0);
        _statistics?.Apply();
    }

    /// <summary>The training that the step counts in; null without one.</summary>
    public TrainingRun? TrainingRun { get; private set; }

    /// <summary>Backward passes so far.</summary>
    public long Iterations { get; private set; }

    /// <summary>Updates of the weights so far; schedules and freezing are counted in these.</summary>
    public long Updates { get; private set; }

    /// <summary>Updates left out so far because a gradient was not finite.</summary>
    public long Skips { get; private set; }

    /// <summary>Whether the run has no further batch.</summary>
    public bool IsOver => TrainingRun is { } run && Iterations >= run.Batches;

    /// <summary>
    /// Whether the next backward pass is followed by an update; where not, gradients need not be exchanged between machines.
    /// </summary>
    public bool NextUpdates => !IsOver && ClosesWindow(Iterations + 1);

    /// <summary>Whether gradients of an open window of accumulation are in the parameters.</summary>
    public bool IsWindowOpen => Iterations > 0 && !ClosesWindow(Iterations);

    /// <summary>What else it does.</summary>
    public TrainingStepOptions Options => _options;

    /// <summary>The model.</summary>
    public nn.Module Model => _model;

    /// <summary>The optimizers, in the order in which they step.</summary>
    public IReadOnlyList<Optimizer> Optimizers => _optimizers;

    /// <summary>Goes on from saved counts.</summary>
    /// <param name="iterations">Backward passes done, 0 or more.</param>
    /// <param name="updates">Updates done, 0 or more.</param>
    /// <param name="skips">Updates left out, 0 or more.</param>
    /// <exception cref="ArgumentException">A number is negative, or the counts are not of this run. Nothing has been changed.</exception>
    public void Resume(long iterations, long updates, long skips = 0)
    {
        EnsureOfThisRun(iterations, updates, skips);
        (Iterations, Updates, Skips, _windowScale) = (iterations, updates, skips, null);
        _options.Freezing?.Apply(updates);
        _statistics?.Apply();
    }

    /// <summary>Checks counts before anything is changed.</summary>
    internal void EnsureOfThisRun(long iterations, long updates, long skips)
    {
        Require.AtLeast(iterations, 0);
        Require.AtLeast(updates, 0);
        Require.AtLeast(skips, 0);
        var due = TrainingRun is { } run ? run.UpdatesAfter(Math.Min(iterations, run.Batches)) : iterations;
        if (TrainingRun is { } whole && iterations > whole.Batches)
            throw new ArgumentException(Text($"The saved training has {iterations} backward passes and this run only {whole.Batches}: use a run that is at least as long."), nameof(iterations));
        if (due != updates + skips)
            throw new ArgumentException(Text($"The saved training made {updates} updates and left out {skips} in {iterations} backward passes; this run would have {due}: use the same batches per epoch and accumulation."), nameof(updates));
    }

    /// <summary>Makes the training longer: more epochs after a resume, or after its end.</summary>
    /// <param name="run">The longer run, from <see cref="LayerDecayGen.TrainingRun.ExtendedTo(Epochs)"/>.</param>
    /// <exception cref="ArgumentException">The run is not longer than the present one.</exception>
    public void Extend(TrainingRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (TrainingRun is null || run.Batches <= TrainingRun.Batches)
            throw new ArgumentException(Text($"A run of {run.Batches} batches does not extend {TrainingRun?.Batches.ToString(CultureInfo.InvariantCulture) ?? "a training without an end"}."), nameof(run));
        _options.Schedules?.Extend(run);
        TrainingRun = run;
    }

    /// <summary>Evaluates a loss and takes the step, letting go of every tensor made in between.</summary>
    /// <param name="loss">The loss of a batch, a single number.</param>
    /// <inheritdoc cref="Run(Tensor)"/>
    public StepResult Run(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        EnsureReady();
        using var scope = NewDisposeScope();
        _statistics?.Apply();
        return Run(loss());
    }

    /// <summary>Goes backward from a loss, and updates the weights where a window of accumulation is full.</summary>
    /// <param name="loss">The loss of a batch, a single number, not yet divided by anything.</param>
    /// <exception cref="ArgumentException">The loss is not a single number, or has no graph to go back through.</exception>
    /// <exception cref="InvalidOperationException">
    /// The run is over, averages are swapped in, too many updates in a row had gradients that are not finite, or a parameter was moved.
    /// Gradients are dropped then.
    /// </exception>
    public StepResult Run(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        EnsureReady();
        EnsureIsLoss(loss);
        var result = new StepResult(loss) { WindowLength = TrainingRun?.WindowLength(Iterations) ?? 1 };
        try
        {
            Backward(loss, result.WindowLength);
            Iterations++;
            if (ClosesWindow(Iterations)) Update(result);
            return result;
        }
        catch
        {
            DropGradients(everywhere: true);
            throw;
        }
    }

    /// <summary>The same parts without what counts updates.</summary>
    internal TrainingStep ForRangeTest() => new(_model, _optimizers, new()
    {
        Clipping = _options.Clipping,
        LossScale = _options.LossScale is { } scale ? new LossScale(Math.Max(scale.Value, scale.Minimum), minimum: scale.Minimum) : null,
        FrozenStatisticsMove = true, // this step keeps them already
        Logger = _options.Logger,
    });

    private bool ClosesWindow(long iterations) => TrainingRun is not { } run || run.UpdatesAfter(iterations) > run.UpdatesAfter(iterations - 1);

    private void EnsureReady()
    {
        if (IsOver)
            throw new InvalidOperationException(Text($"The run is over after {Iterations} backward passes and {Updates} updates. To train on, call Extend with a longer run."));
        if (_options.Average?.IsSwapped == true)
            throw new InvalidOperationException("The averages are in the model, and a step would train them: dispose what Swap() returned first.");
    }

    private static void EnsureIsLoss(Tensor loss)
    {
        if (loss.IsInvalid) throw new ArgumentException("The loss was disposed.", nameof(loss));
        if (loss.numel() != 1) throw new ArgumentException($"The loss has the shape [{string.Join(", ", loss.shape)}]: it must be a single number, such as its mean().", nameof(loss));
        if (!loss.requires_grad) throw new ArgumentException("The loss has no graph to go back through: it was detached, or computed under no_grad(), or no trainable parameter took part.", nameof(loss));
    }

    private void Backward(Tensor loss, int window)
    {
        var opens = Iterations == 0 || ClosesWindow(Iterations);
        if (_options.LossScale is { } scale)
        {
            var wanted = scale.For(loss.dtype);
            if (opens) _windowScale = null;
            _windowScale ??= wanted;
            if (wanted < _windowScale)
                throw new InvalidOperationException("A float16 loss follows another dtype within one window of accumulation, and cannot hold its loss scale: give all losses one dtype.");
        }

        // Held over the native call: a number that becomes a Scalar on the way can be collected during it.
        var factorOfLoss = _windowScale ?? 1;
        using var factor = (factorOfLoss / window).ToScalar();
        using var wide = loss.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? loss.to(ScalarType.Float32) : loss.alias();
        using var scaled = factorOfLoss == 1 && window == 1 ? wide.alias() : wide.mul(factor);
        scaled.backward();
    }

    private void Update(StepResult result)
    {
        var groups = new List<(Optimizer Optimizer, GradientGroup[] Groups)>();
        try
        {
            Report();
            var checks = _options.MaxConsecutiveSkips is not null || _options.LossScale is not null;
            if (checks || _options.Clipping is not null)
                groups.AddRange(_optimizers.Select(o => (o, GradientGroup.Of(o, _partners.NameOf))));
            GradientGroup[] all = [.. groups.SelectMany(g => g.Groups)];
            if (_windowScale is { } scaled and not 1) foreach (var group in all) group.Multiply(1 / scaled);
            (result.GradientNorm, var finite) = _options.Clipping?.Apply(all, checks) ?? (null, !checks || double.IsFinite(Clipping.Largest(all)));
            if (checks && !finite)
            {
                Skip(result);
                return;
            }

            foreach (var (optimizer, own) in groups)
                if (optimizer is GroupOptimizer keeps)
                    keeps.HalfGradientFactors = [.. own.Select(g => g.HalfFactor)];
            var measured = _options.Measurements?.Begin(Updates, _optimizers, _partners);
            foreach (var optimizer in _optimizers) optimizer.step();
            measured?.End(result.Loss);
            Finish(result);
        }
        finally
        {
            foreach (var (_, own) in groups)
                foreach (var group in own)
                    group.Dispose();
        }

        DropGradients(everywhere: false);
    }

    private void Skip(StepResult result)
    {
        result.Outcome = StepOutcome.SkippedNonFinite;
        _options.LossScale?.Overflowed();
        Skips++;
        _skipsInARow++;
        DropGradients(everywhere: false);
        var allowed = _options.MaxConsecutiveSkips ?? (_options.LossScale is { IsExhausted: true } ? SkipsAtLeastScale : int.MaxValue);
        if (_skipsInARow > allowed)
            throw new InvalidOperationException(Text(
                $"{_skipsInARow} updates in a row had gradients that are not finite{(_options.LossScale is { } s ? Text($", the last at a loss scale of {s.Value}") : "")}: the training has diverged. The weights are those of update {Updates}."));
    }

    private void Finish(StepResult result)
    {
        result.Outcome = StepOutcome.Updated;
        _skipsInARow = 0;
        _options.LossScale?.Good();
        Updates++;
        _options.Average?.Update();
        _options.Schedules?.Step();
        _options.Freezing?.Apply(Updates);
        _statistics?.Apply();
    }

    // After an error the model may have other parameters than the optimizers, and gradients in them would count twice later.
    private void DropGradients(bool everywhere)
    {
        foreach (var parameter in _optimizers.SelectMany(o => o.parameters()).Concat(everywhere ? _model.parameters() : []))
            if (!parameter.IsInvalid)
                parameter.grad = null;
    }

    private void Report()
    {
        var frozen = _partners.FrozenByHand();
        if (frozen.Count > 0) Warn($"{frozen.Count} parameters were frozen by hand, and are left alone: {string.Join(", ", frozen)}. Set Frozen on their section to have it in tables and checkpoints.");
        if (_unusedReported) return;
        _unusedReported = true;
        var unused = _partners.WithoutGradient();
        if (unused.Count > 0) Warn($"{unused.Count} trainable parameters got no gradient in the first update: {string.Join(", ", unused)}.");
    }

    private void Warn(string text)
    {
        if (_options.Logger is { } logger) logger.LogWarning("{Warning}", text);
        else Console.Error.WriteLine($"LayerDecayGen: {text}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
