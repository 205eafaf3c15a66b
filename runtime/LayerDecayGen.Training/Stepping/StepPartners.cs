using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen.Training;

/// <summary>
/// What belongs together in one training step: every trainable parameter of the model in exactly one optimizer, and schedules, average and
/// freezing of the same model and optimizers.
/// </summary>
internal sealed class StepPartners
{
    private readonly nn.Module _model;
    private readonly IReadOnlyList<Optimizer> _optimizers;
    private readonly HashSet<string> _frozenByHand = new(StringComparer.Ordinal);
    private readonly List<(string Name, Tensor Tensor)> _outside = [];
    private readonly List<(string Name, Tensor Tensor)> _stepped = [];
    private readonly Dictionary<IntPtr, string> _names = [];

    public StepPartners(nn.Module model, IReadOnlyList<Optimizer> optimizers, TrainingStepOptions options)
    {
        (_model, _optimizers) = (model, optimizers);
        Read();
        if (options.Schedules is { } schedules && !optimizers.Any(o => ReferenceEquals(o, schedules.Optimizer)))
            throw new ArgumentException("The schedules are of an optimizer that this step does not step.", nameof(options));
        if (options.Average is { } average && !ReferenceEquals(average.Model, model))
            throw new ArgumentException("The average is of another model.", nameof(options));
        if (options.Freezing is { } freezing && !ReferenceEquals(freezing.Groups.Model, model))
            throw new ArgumentException("The freezing is of another model's groups.", nameof(options));
        if (options.LossScale is not null) RefuseHalfWithoutFactor();
    }

    /// <summary>The run that all parts were made for; null without one.</summary>
    public static TrainingRun? OneRun(TrainingStepOptions options)
    {
        TrainingRun?[] runs = [options.Run, options.Schedules?.Run, options.Freezing?.Run];
        var first = Array.Find(runs, r => r is not null);
        return Array.TrueForAll(runs, r => r is null || r.Equals(first))
            ? first
            : throw new ArgumentException("Run, Schedules and Freezing were made for different runs: give all of them the same TrainingRun.", nameof(options));
    }

    /// <summary>Names of trainable parameters that have no gradient now.</summary>
    public List<string> WithoutGradient() => [.. _stepped.Where(p => !p.Tensor.IsInvalid && p.Tensor.requires_grad && !HasGradient(p.Tensor)).Select(p => p.Name)];

    /// <summary>The name of a parameter.</summary>
    public string NameOf(Parameter parameter) => _names.GetValueOrDefault(parameter.Handle, "a parameter");

    /// <summary>Looks at what was frozen or thawed since: what no optimizer would step is refused, the rest is reported once.</summary>
    /// <returns>Names of parameters that were frozen by hand and not reported yet.</returns>
    /// <exception cref="InvalidOperationException">A parameter was thawed that is in no optimizer.</exception>
    public List<string> FrozenByHand()
    {
        if (_stepped.Exists(p => p.Tensor.IsInvalid) || _outside.Exists(p => p.Tensor.IsInvalid))
        {
            // A moved model: the optimizer's step says so, until Rebind gave it the new parameters.
            if (_optimizers.SelectMany(o => o.parameters()).Any(p => p.IsInvalid)) return [];
            Read();
        }

        if (_outside.Find(p => p.Tensor.requires_grad) is { Name: { } thawed })
            throw new InvalidOperationException($"'{thawed}' trains since it was thawed by hand, but is in no optimizer, so it would never move: thaw it before the groups and the optimizer are made.");
        var known = _optimizers.OfType<GroupOptimizer>().SelectMany(o => o.Groups).Select(g => g.Owner).OfType<ParameterGroups>().Distinct()
            .SelectMany(g => g.Facts.Parameters).Where(f => f.Frozen).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        return [.. _stepped.Where(p => !p.Tensor.requires_grad && !known.Contains(p.Name) && _frozenByHand.Add(p.Name)).Select(p => p.Name)];
    }

    private void Read()
    {
        _outside.Clear();
        _stepped.Clear();
        _names.Clear();
        var held = new Dictionary<IntPtr, int>();
        for (var i = 0; i < _optimizers.Count; i++)
            foreach (var parameter in _optimizers[i].parameters())
                if (!parameter.IsInvalid && !held.TryAdd(parameter.Handle, i))
                    throw new ArgumentException($"{Named(parameter)} is in two optimizers or groups, and would be stepped twice.");
        foreach (var tensor in ModelTensors.Of(_model).Where(t => t.IsParameter))
        {
            Tensor[] objects = [tensor.Tensor, .. tensor.AliasTensors];
            foreach (var one in objects) _names[one.Handle] = tensor.Name;
            var holders = objects.Select(o => o.Handle).Distinct().Where(held.Remove).Count();
            if (holders > 1) throw new ArgumentException($"'{tensor.Name}' and '{string.Join("', '", tensor.Aliases)}' are one tensor and both in an optimizer: it would be stepped twice.");
            if (holders == 0 && tensor.Tensor.requires_grad)
                throw new ArgumentException($"'{tensor.Name}' is trainable and in no optimizer of this step: freeze it, or give it to one.");
            (holders == 0 ? _outside : _stepped).Add((tensor.Name, tensor.Tensor));
        }

        if (held.Count > 0)
            throw new ArgumentException($"An optimizer holds {held.Count} parameters that the model does not have: it was made for another model, or before the model was moved.");
    }

    private void RefuseHalfWithoutFactor()
    {
        foreach (var optimizer in _optimizers.Where(o => o is not GroupOptimizer))
            if (optimizer.parameters().FirstOrDefault(p => p.dtype is ScalarType.Float16 or ScalarType.BFloat16) is { } half)
                throw new ArgumentException($"'{NameOf(half)}' is {half.dtype} in {optimizer.GetType().Name}, which cannot unscale gradients in float32: they would be rounded to 0. Make the optimizer from the groups, as CreateAdamW does, or keep the weights in float32.");
    }

    private static bool HasGradient(Tensor parameter)
    {
        using var gradient = parameter.grad;
        return gradient is not null;
    }

    private string Named(Parameter parameter) =>
        ModelTensors.Of(_model).FirstOrDefault(t => t.Tensor.Handle == parameter.Handle) is { } known ? $"'{known.Name}'" : "A parameter";
}
