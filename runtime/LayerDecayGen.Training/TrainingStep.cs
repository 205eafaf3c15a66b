using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// Owns the order of a training step: accumulate, unscale, clip, step, drop gradients, average, schedule, unfreeze. Gradients are null
/// between updates, so that a parameter which is not used is not stepped: TorchSharp's <c>optimizer.zero_grad()</c> leaves zeros, and
/// those decay weights. In flat storage gradients stay where they are and are zero between updates, save for parameters that never had one.
/// </summary>
/// <example>
/// <code>
/// var step = new TrainingStep(model, optimizer, new() { Clipping = Clipping.ByNorm(1), Schedules = schedules });
/// foreach (var (images, labels) in batches) step.Run(() =&gt; loss.call(model.call(images), labels));
/// </code>
/// </example>
public sealed class TrainingStep
{
    private readonly nn.Module _model;
    private readonly Optimizer[] _optimizers;
    private readonly TrainingStepOptions _options;
    private bool _unusedReported;
    private int _skipsInARow;

    /// <summary>Makes a step for a model with one optimizer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizer">Any TorchSharp optimizer with parameter groups.</param>
    /// <param name="options">What else it does.</param>
    public TrainingStep(nn.Module model, Optimizer optimizer, TrainingStepOptions? options = null) : this(model, [optimizer], options) { }

    /// <summary>Makes a step for a model whose parameters are shared by optimizers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="optimizers">The optimizers, stepped in this order.</param>
    /// <param name="options">What else it does.</param>
    public TrainingStep(nn.Module model, IReadOnlyList<Optimizer> optimizers, TrainingStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizers);
        (_model, _optimizers, _options) = (model, [.. optimizers], options ?? new());
        _options.Freezing?.Apply(0);
    }

    /// <summary>The model.</summary>
    public nn.Module Model => _model;

    /// <summary>The optimizers, in the order in which they step.</summary>
    public IReadOnlyList<Optimizer> Optimizers => _optimizers;

    /// <summary>What else it does.</summary>
    public TrainingStepOptions Options => _options;

    /// <summary>Backward passes so far.</summary>
    public long Iterations { get; private set; }

    /// <summary>Updates of the weights so far; schedules and freezing are counted in these.</summary>
    public long Updates { get; private set; }

    /// <summary>Updates left out so far because a gradient was not finite.</summary>
    public long Skips { get; private set; }

    /// <summary>
    /// Whether the next backward pass is followed by an update; where not, gradients need not be exchanged between machines.
    /// </summary>
    public bool NextUpdates => _options.Accumulation.UpdatesAfter(Iterations + 1);

    /// <summary>Goes on from saved counts.</summary>
    /// <param name="iterations">Backward passes done.</param>
    /// <param name="updates">Updates done.</param>
    /// <param name="skips">Updates left out.</param>
    public void Resume(long iterations, long updates, long skips = 0)
    {
        (Iterations, Updates, Skips) = (iterations, updates, skips);
        _options.Freezing?.Apply(updates);
    }

    /// <summary>Evaluates a loss and takes the step, letting go of every tensor made in between.</summary>
    /// <param name="loss">The loss of a batch, a single number.</param>
    public StepResult Run(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        using var scope = NewDisposeScope();
        return Run(loss());
    }

    /// <summary>Goes backward from a loss, and updates the weights where a window of accumulation is full.</summary>
    /// <param name="loss">The loss of a batch, a single number, not yet divided by anything.</param>
    /// <exception cref="InvalidOperationException">
    /// The run is over, too many updates in a row had gradients that are not finite, or a parameter was moved.
    /// </exception>
    public StepResult Run(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var factor = _options.Accumulation.LossFactor(Iterations);
        Backward(loss, factor);
        Iterations++;
        return _options.Accumulation.UpdatesAfter(Iterations) ? Update(factor) : new(false, false, factor, null);
    }

    private void Backward(Tensor loss, int factor)
    {
        using var divided = factor == 1 ? loss.alias() : loss / factor;
        using var scaled = _options.LossScale is { } scale ? divided * scale.Value : divided.alias();
        scaled.backward();
    }

    private StepResult Update(int factor)
    {
        IReadOnlyList<GradientGroup> gradients = [];
        try
        {
            ReportUnused();
            var checks = _options.MostSkips is not null || _options.LossScale is not null;
            if (checks || _options.Clipping is not null)
                gradients = [.. _optimizers.SelectMany(o => GradientGroup.Of(o, _options.Clipping?.TakesEachParameter == true))];
            Unscale(gradients);
            var (norm, finite) = _options.Clipping?.Apply(gradients, checks)
                ?? (null, !checks || double.IsFinite(Clipping.Largest(gradients)));
            if (checks && !finite) return Skip(factor, norm);
            foreach (var optimizer in _optimizers) optimizer.step();
            return Finish(factor, norm);
        }
        finally
        {
            foreach (var group in gradients) group.Dispose();
            DropGradients();
        }
    }

    private void Unscale(IReadOnlyList<GradientGroup> gradients)
    {
        if (_options.LossScale is not { } scale) return;
        foreach (var group in gradients.Where(g => g.Gradients.Length > 0)) TensorLists.Multiply(group.Gradients, 1 / scale.Value);
    }

    private StepResult Skip(int factor, double? norm)
    {
        _options.LossScale?.Overflowed();
        Skips++;
        if (++_skipsInARow > (_options.MostSkips ?? int.MaxValue))
            throw new InvalidOperationException(
                $"{_skipsInARow} updates in a row had gradients that are not finite: the training has diverged, or the loss scale does not "
                + $"settle. The weights are those of update {Updates}.");
        return new(false, true, factor, norm);
    }

    private StepResult Finish(int factor, double? norm)
    {
        _skipsInARow = 0;
        _options.LossScale?.Good();
        Updates++;
        _options.Average?.Update();
        _options.Schedules?.Step();
        _options.Freezing?.Apply(Updates);
        return new(true, false, factor, norm);
    }

    private void DropGradients()
    {
        foreach (var optimizer in _optimizers)
            if (optimizer is IGroupOptimizer { HasFlatStorage: true } flat) flat.zero_grad();
            else foreach (var parameter in optimizer.parameters()) parameter.grad = null;
    }

    private void ReportUnused()
    {
        if (_unusedReported) return;
        _unusedReported = true;
        var unused = _model.named_parameters().Where(p => p.parameter.requires_grad && !HasGradient(p.parameter))
            .Select(p => p.name).ToList();
        if (unused.Count > 0) (_options.OnUnused ?? WriteToStandardError)(unused);
    }

    private static bool HasGradient(Parameter parameter)
    {
        using var gradient = parameter.grad;
        return gradient is not null;
    }

    private static void WriteToStandardError(IReadOnlyList<string> unused) => Console.Error.WriteLine(
        $"LayerDecayGen: {unused.Count} trainable parameters got no gradient in the first update: {string.Join(", ", unused)}");
}
