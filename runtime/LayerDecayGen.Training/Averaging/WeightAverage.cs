using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// An exponential moving average of a model's weights (Polyak and Juditsky 1992; mmengine's ExponentialMovingAverage, timm's ModelEma):
/// <c>average += (1 - decay) * (weights - average)</c> after every update. It has tensors of its own and is swapped in for evaluation.
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private readonly nn.Module _model;
    private readonly Dictionary<string, Tensor> _averages;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="model">The model, on its device.</param>
    /// <param name="decay">What is kept of the average at each update, in [0, 1).</param>
    /// <param name="warmUp">Whether early updates count more: the decay is at most <c>(1 + n) / (10 + n)</c> at update n, as TensorFlow
    /// has it.</param>
    public WeightAverage(nn.Module model, double decay = 0.9998, bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (decay is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "The decay is in [0, 1).");
        (_model, Decay, WarmUp) = (model, decay, warmUp);
        _averages = Live().ToDictionary(t => t.Name, t => t.Tensor.detach().clone().DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>What is kept of the average at each update.</summary>
    public double Decay { get; }

    /// <summary>Whether early updates count more.</summary>
    public bool WarmUp { get; }

    /// <summary>Updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>The averages by name, for saving.</summary>
    public IReadOnlyDictionary<string, Tensor> Averages => _averages;

    /// <summary>Moves the average towards the weights, one native call. Integer buffers are copied.</summary>
    /// <exception cref="InvalidOperationException">The model was moved or has other parameters now.</exception>
    public void Update()
    {
        var decay = WarmUp ? Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates)) : Decay;
        var pairs = Pairs();
        foreach (var alike in pairs.GroupBy(p => (p.Average.dtype, p.Average.device_type)))
        {
            var (averages, live) = (alike.Select(p => p.Average).ToArray(), alike.Select(p => p.Live).ToArray());
            if (is_floating_point(alike.Key.dtype)) TensorLists.Lerp(averages, live, 1 - decay);
            else TensorLists.Copy(averages, live);
        }

        Updates++;
    }

    /// <summary>Puts the averages into the model until the result is disposed, which puts the weights back.</summary>
    /// <example><code>using (average.Swap()) Evaluate(model);</code></example>
    public IDisposable Swap()
    {
        Exchange();
        return new Return(this);
    }

    /// <summary>Goes on from saved averages.</summary>
    /// <param name="averages">By name; every one of <see cref="Averages"/>.</param>
    /// <param name="updates">Updates they had.</param>
    public void Resume(IReadOnlyDictionary<string, Tensor> averages, long updates)
    {
        var missing = _averages.Keys.Where(name => !averages.ContainsKey(name)).ToList();
        if (missing.Count > 0) throw new ArgumentException($"There is no average of {string.Join(", ", missing)}.", nameof(averages));
        using var _ = no_grad();
        foreach (var (name, average) in _averages) average.copy_(averages[name]);
        Updates = updates;
    }

    private void Exchange()
    {
        using var _ = no_grad();
        foreach (var (average, live) in Pairs())
        {
            using var kept = live.detach().clone();
            live.copy_(average);
            average.copy_(kept);
        }
    }

    private List<(Tensor Average, Tensor Live)> Pairs()
    {
        var live = Live().ToList();
        var odd = live.Where(t => !Fits(t.Name, t.Tensor)).Select(t => t.Name).ToList();
        return odd.Count == 0 && live.Count == _averages.Count
            ? [.. live.Select(t => (_averages[t.Name], t.Tensor))]
            : throw new InvalidOperationException(
                $"The average is not of this model any more ({string.Join(", ", odd)}): make it after the model was moved or changed.");
    }

    private bool Fits(string name, Tensor live) =>
        _averages.TryGetValue(name, out var average) && average.dtype == live.dtype && average.device_type == live.device_type;

    private IEnumerable<(string Name, Tensor Tensor)> Live() =>
        _model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(_model.named_buffers().Select(b => (b.name, b.buffer)));

    /// <summary>Lets go of the averages.</summary>
    public void Dispose()
    {
        foreach (var average in _averages.Values) average.Dispose();
    }

    private sealed class Return(WeightAverage owner) : IDisposable
    {
        private bool _done;

        public void Dispose()
        {
            if (_done) return;
            _done = true;
            owner.Exchange();
        }
    }
}
