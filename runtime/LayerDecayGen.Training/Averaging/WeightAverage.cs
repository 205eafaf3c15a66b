using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>
/// An exponential moving average of a model's weights (Polyak and Juditsky 1992; mmengine's ExponentialMovingAverage, timm's ModelEma):
/// <c>average += (1 - decay) * (weights - average)</c> after every update. There is one average per tensor, so tied weights have one, in
/// float32 for half precision. It is swapped in for evaluation.
/// </summary>
/// <remarks>
/// Buffers that are integers, or that hold a number that is not finite (a mask of infinities), are copied. A tensor that the model gains
/// later starts at its present value when it is first seen: at the next <see cref="Swap"/>, or after a tensor was replaced.
/// </remarks>
public sealed class WeightAverage : IDisposable
{
    private readonly SortedDictionary<string, Tensor> _averages = new(StringComparer.Ordinal);
    private Pair[] _pairs = [];
    private Dictionary<string, Tensor>? _weights;
    private bool _disposed;

    /// <summary>Starts from the weights as they are.</summary>
    /// <param name="model">The model, on its device.</param>
    /// <param name="decay">The share of the average that each update keeps, in [0, 1).</param>
    /// <param name="warmUp">
    /// Whether early updates count more: the decay is at most <c>(1 + n) / (10 + n)</c> at update n (TensorFlow
    /// <c>ExponentialMovingAverage</c>, <c>num_updates</c>).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is out of range.</exception>
    public WeightAverage(nn.Module model, double decay = 0.9998, bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        (Model, Decay, WarmUp) = (model, Require.Momentum(decay), warmUp);
        Refresh();
    }

    /// <summary>The model.</summary>
    public nn.Module Model { get; }

    /// <summary>The share of the average that each update keeps.</summary>
    public double Decay { get; }

    /// <summary>Whether early updates count more.</summary>
    public bool WarmUp { get; }

    /// <summary>Updates so far.</summary>
    public long Updates { get; private set; }

    /// <summary>The averages by the first name of each tensor, for saving.</summary>
    public IReadOnlyDictionary<string, Tensor> Averages => _averages;

    /// <summary>Whether the averages are in the model now, between <see cref="Swap"/> and the disposal of its result.</summary>
    public bool IsSwapped => _weights is not null;

    /// <summary>The training weights while the averages are in the model; null otherwise.</summary>
    public IReadOnlyDictionary<string, Tensor>? WeightsBehind => _weights;

    /// <summary>Moves the average towards the weights, one native call per dtype.</summary>
    /// <exception cref="InvalidOperationException">The averages are swapped in, or the model was changed; the tensor is named.</exception>
    /// <exception cref="ObjectDisposedException">The average was disposed.</exception>
    public void Update()
    {
        EnsureUsable("updated");
        if (Array.Exists(_pairs, p => p.Live.IsInvalid)) Refresh();
        foreach (var pair in _pairs) pair.EnsureFits();
        var decay = WarmUp ? Math.Min(Decay, (1.0 + Updates) / (10.0 + Updates)) : Decay;
        using (NewDisposeScope())
        {
            foreach (var alike in _pairs.GroupBy(p => (p.IsMoved, p.Average.dtype, p.Average.device_type, p.Average.device_index)))
            {
                Tensor[] averages = [.. alike.Select(p => p.Average)], live = [.. alike.Select(p => p.Wide())];
                if (alike.Key.IsMoved) TensorLists.Lerp(averages, live, 1 - decay);
                else TensorLists.Copy(averages, live);
            }
        }

        Updates++;
    }

    /// <summary>
    /// Puts the averages into the model until the result is disposed, which puts back exactly the weights that were there.
    /// </summary>
    /// <example><code>using (average.Swap()) Evaluate(model);</code></example>
    /// <exception cref="InvalidOperationException">The averages are swapped in already, or the model was changed.</exception>
    /// <exception cref="ObjectDisposedException">The average was disposed.</exception>
    public IDisposable Swap()
    {
        EnsureUsable("swapped in");
        Refresh();
        foreach (var pair in _pairs) pair.EnsureFits();
        using var _ = no_grad();
        _weights = _pairs.ToDictionary(p => p.Name, p => p.Live.detach().clone().DetachFromDisposeScope(), StringComparer.Ordinal);
        foreach (var pair in _pairs) pair.Live.copy_(pair.Average);
        return new Return(this);
    }

    /// <summary>Goes on from saved averages.</summary>
    /// <param name="averages">By name; every one of <see cref="Averages"/>, in its shape.</param>
    /// <param name="updates">Updates they had, 0 or more.</param>
    /// <exception cref="ArgumentException">An average is missing or of another shape. Nothing has been changed.</exception>
    public void Resume(IReadOnlyDictionary<string, Tensor> averages, long updates)
    {
        ArgumentNullException.ThrowIfNull(averages);
        EnsureUsable("resumed");
        Require.AtLeast(updates, 0);
        var odd = _averages.Where(a => !averages.TryGetValue(a.Key, out var saved) || !saved.shape.SequenceEqual(a.Value.shape)).Select(a => $"'{a.Key}'").ToList();
        if (odd.Count > 0) throw new ArgumentException($"There is no average of that shape for {string.Join(", ", odd)}.", nameof(averages));
        using var _ = no_grad();
        foreach (var (name, average) in _averages) average.copy_(averages[name]);
        Updates = updates;
    }

    /// <summary>Lets go of the averages; weights that are swapped out go back first.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        PutBack();
        _disposed = true;
        foreach (var average in _averages.Values) average.Dispose();
    }

    private void EnsureUsable(string action)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (IsSwapped) throw new InvalidOperationException($"The averages are in the model, so they cannot be {action}: dispose what Swap() returned first.");
    }

    /// <summary>Pairs averages with the model's present tensors, and starts averages of new ones.</summary>
    private void Refresh()
    {
        var live = ModelTensors.Of(Model);
        var names = live.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (_averages.Keys.FirstOrDefault(n => !names.Contains(n)) is { } gone)
            throw new InvalidOperationException($"The model no longer has '{gone}', which the average has: make a new average.");
        foreach (var tensor in live)
            if (!_averages.ContainsKey(tensor.Name))
                _averages[tensor.Name] = Start(tensor.Tensor);
        _pairs = [.. live.Select(t => new Pair(t.Name, _averages[t.Name], t.Tensor, t.IsParameter))];
    }

    private static Tensor Start(Tensor live)
    {
        using var _ = no_grad();
        using var detached = live.detach();
        return (IsHalf(live) ? detached.to(ScalarType.Float32) : detached.clone()).DetachFromDisposeScope();
    }

    private static bool IsHalf(Tensor tensor) => tensor.dtype is ScalarType.Float16 or ScalarType.BFloat16;

    private void PutBack()
    {
        if (_weights is null) return;
        using var _ = no_grad();
        foreach (var pair in _pairs)
        {
            pair.Live.copy_(_weights[pair.Name]);
            _weights[pair.Name].Dispose();
        }

        _weights = null;
    }

    private sealed record Pair(string Name, Tensor Average, Tensor Live, bool IsParameter)
    {
        /// <summary>Whether it is averaged rather than copied.</summary>
        public bool IsMoved => is_floating_point(Average.dtype) && (IsParameter || (IsFinite(Live) && IsFinite(Average)));

        public Tensor Wide() => IsHalf(Live) ? Live.detach().to(ScalarType.Float32) : Live;

        public void EnsureFits()
        {
            var dtype = IsHalf(Live) ? ScalarType.Float32 : Live.dtype;
            if (dtype != Average.dtype || (Live.device_type, Live.device_index) != (Average.device_type, Average.device_index))
                throw new InvalidOperationException($"'{Name}' was moved to {Live.dtype} on {Live.device} after the average was made in {Average.dtype} on {Average.device}: make the average after the model was moved.");
            if (Live.numel() != Average.numel() || !Live.shape.SequenceEqual(Average.shape))
                throw new InvalidOperationException($"'{Name}' now has the shape [{string.Join(", ", Live.shape)}] and its average [{string.Join(", ", Average.shape)}]: make a new average, or keep such a buffer out of the model.");
        }

        private static bool IsFinite(Tensor tensor)
        {
            using var finite = tensor.isfinite();
            using var all = finite.all();
            return all.item<bool>();
        }
    }

    private sealed class Return(WeightAverage average) : IDisposable
    {
        private bool _done;

        public void Dispose()
        {
            if (_done) return;
            _done = true;
            average.PutBack();
        }
    }
}
