using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace LayerDecayGen;

/// <summary>
/// An optimizer made from parameter groups, whose step runs on LibTorch's fused kernels or list operators. Groups, options and state are
/// TorchSharp's own, so that its schedulers work on it and its saved state can be exchanged with the stock optimizer of that name.
/// </summary>
/// <remarks>
/// It is for one thread. A graph that was built before a step and is run backward after it sees the new weights: the native write is
/// invisible to autograd's version check.
/// </remarks>
public class GroupOptimizer : OptimizerHelper, IPresentRates
{
    private readonly OptimizerSpec _spec;
    private readonly GroupSources _sources;
    private readonly StepOptions _how;
    private readonly BackendChoice? _stockOnly;
    private readonly Announcement _announcement;
    private readonly List<GroupBinding> _bound = [];
    private OptimizerHelper _stock;
    private List<OptimizerState[]> _states = [];
    private IReadOnlyList<double>? _factors;
    private bool _isDisposed;
    private int _isStepping;

    private GroupOptimizer(OptimizerSpec spec, GroupSources sources, StepOptions how, OptimizerOptions defaults, List<ParamGroup> groups, OptimizerHelper stock)
    {
        (_spec, _sources, _how, _stock) = (spec, sources, how, stock);
        (_defaults, _parameter_groups) = (defaults, groups);
        Adopt();
        _announcement = new Announcement(how.OnFallback);
        if (NativeUnit.Obstacle is { } obstacle) _stockOnly = new(StepBackend.Stock, "", obstacle);
        else if (how.Backend == StepBackend.Stock) _stockOnly = new(StepBackend.Stock, "", "as asked for");
        if (_stockOnly is null) Bind();
        else if (how.Backend != StepBackend.Stock) _announcement.Make(_stockOnly);
    }

    /// <summary>Makes the optimizer of a row; a group that is added later takes from the defaults what it does not state.</summary>
    internal static GroupOptimizer Create(
        OptimizerSpec spec, GroupSources sources, OptimizerOptions defaults, Func<GroupSource, OptimizerOptions> options, StepOptions? step)
    {
        List<ParamGroup> groups = [.. sources.Groups.Select(s => spec.Group([.. s.Parameters()], options(s)))];
        var (stock, how) = (spec.Stock(groups, defaults), step ?? new());
        return stock switch
        {
            IMomentum => new WithMomentum(spec, sources, how, defaults, groups, stock),
            IBetas => new WithBetas(spec, sources, how, defaults, groups, stock),
            _ => new GroupOptimizer(spec, sources, how, defaults, groups, stock),
        };
    }

    /// <summary>The name of TorchSharp's optimizer of the same kind, such as <c>AdamW</c>; saved state bears it.</summary>
    public string Name => _stock.GetType().Name;

    /// <summary>
    /// The groups that it was made from, with the parameters that it steps, in its order. Groups added later with <c>add_param_group</c> are
    /// not among them.
    /// </summary>
    public IReadOnlyList<ParameterGroup> Groups => [.. _sources.Groups.Select(s => s.Origin).OfType<ParameterGroup>()];

    /// <summary>What the step of each group runs on; one for all where it is TorchSharp's own.</summary>
    public IReadOnlyList<BackendChoice> Backends => _stockOnly is not null ? [_stockOnly] : [.. _bound.SelectMany(b => b.Bindings).Select(b => b.Choice)];

    /// <summary>
    /// A factor per group that the next step multiplies half-precision gradients by, in float32: what is left of unscaling and clipping.
    /// Null, and after each step, 1.
    /// </summary>
    public IReadOnlyList<double>? HalfGradientFactors
    {
        get => _factors;
        set
        {
            _factors = value;
            // TorchSharp's own step takes gradients as they are.
            if (value is null || _stockOnly is null) return;
            foreach (var (group, factor) in _parameter_groups.Zip(value).Where(g => g.Second != 1))
                CheckedTensors.Scale(group.Parameters, factor);
        }
    }

    /// <summary>
    /// The float32 masters of half-precision parameters by parameter name, one dictionary per group; empty for a group without.
    /// </summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Masters => [.. _bound.Select(b => b.Masters)];

    /// <summary>Sets the gradients of all parameters to zero; a parameter without a gradient keeps having none.</summary>
    /// <exception cref="InvalidOperationException">A parameter was moved or disposed.</exception>
    /// <exception cref="ObjectDisposedException">The optimizer was disposed.</exception>
    public override void zero_grad()
    {
        EnsureUsable();
        base.zero_grad();
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Evaluates the model again and returns the loss; optional.</param>
    /// <returns>The closure's loss; null without one.</returns>
    /// <exception cref="InvalidOperationException">
    /// A parameter was moved, a gradient does not fit it, or another thread is in a step. Nothing has been changed.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The optimizer was disposed.</exception>
    public override Tensor? step(Func<Tensor>? closure = null)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Interlocked.Exchange(ref _isStepping, 1) != 0)
            throw new InvalidOperationException($"A step of this {Name} is running already: an optimizer is for one thread, and a closure must not step.");
        try
        {
            if (_stockOnly is not null) return _stock.step(closure);
            Tensor? loss = null;
            if (closure is not null)
                using (enable_grad())
                    loss = closure();
            using (no_grad()) Update();
            return loss;
        }
        finally
        {
            Volatile.Write(ref _isStepping, 0);
        }
    }

    /// <summary>Adds a group; options that it does not state are those of scale 1.</summary>
    /// <param name="param_group">The group, of the type that TorchSharp's optimizer of that name takes.</param>
    /// <exception cref="ArgumentException">
    /// The group is of another optimizer, has a parameter that is stepped already, or one that is no floating-point number. Nothing has been
    /// changed.
    /// </exception>
    public override void add_param_group(ParamGroup param_group)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentNullException.ThrowIfNull(param_group);
        if (param_group.Options is { } options && options.GetType() != _defaults.GetType())
            throw new ArgumentException($"The group has options of {options.GetType().DeclaringType?.Name}, and this is {Name}.", nameof(param_group));
        param_group.Parameters = [.. param_group.Parameters];
        var known = parameters().Select(p => p.Handle).ToHashSet();
        if (param_group.Parameters.Any(p => !known.Add(p.Handle)))
            throw new ArgumentException("A parameter of the group is in a group of this optimizer already, and would be stepped twice.", nameof(param_group));
        if (param_group.Parameters.FirstOrDefault(p => !is_floating_point(p.dtype)) is { } other)
            throw new ArgumentException($"A parameter of the group is {other.dtype}: optimizers update floating-point parameters only.", nameof(param_group));
        _stock.add_param_group(param_group);
        _parameter_groups.Add(param_group);
        Adopt();
    }

    /// <summary>
    /// Takes the model's parameters anew after it was moved to another device or dtype, with the same groups, options and state; the state
    /// moves along.
    /// </summary>
    /// <exception cref="InvalidOperationException">A group has another number of parameters now. Nothing has been changed.</exception>
    public void Rebind()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _sources.Refresh();
        var parameters = _parameter_groups.Select((g, i) => i < _sources.Groups.Count ? _sources.Groups[i].Parameters() : [.. g.Parameters]).ToList();
        for (var i = 0; i < parameters.Count; i++)
            if (parameters[i].Count != _states[i].Length)
                throw new InvalidOperationException($"Group '{NameOf(i)}' had {_states[i].Length} parameters and has {parameters[i].Count}: make a new optimizer.");
        foreach (var group in _bound) group.Forget();
        var before = _states.SelectMany(s => s).ToList();
        var rates = _parameter_groups.Select(g => g.InitialLearningRate).ToList();
        foreach (var (group, now) in _parameter_groups.Zip(parameters)) group.Parameters = now;
        // The new stock optimizer makes fresh state; the one before must not dispose tensors that moved on.
        GC.SuppressFinalize(_stock);
        _stock = _spec.Stock(_parameter_groups, _defaults);
        foreach (var (group, rate) in _parameter_groups.Zip(rates)) group.InitialLearningRate = rate;
        Adopt();
        foreach (var ((from, to), parameter) in before.Zip(_states.SelectMany(s => s)).Zip(parameters.SelectMany(p => p)))
            _spec.Copy(from, to, tensor => Moved(tensor, parameter));
    }

    /// <summary>Takes the state and options of another optimizer of the same kind, TorchSharp's own included.</summary>
    /// <param name="state_dict">What its <c>state_dict()</c> returned.</param>
    /// <exception cref="ArgumentException">It has other groups, or is of another optimizer. Nothing has been changed.</exception>
    public override void load_state_dict(StateDictionary state_dict)
    {
        ArgumentNullException.ThrowIfNull(state_dict);
        var own = this.state_dict();
        var counts = own.StateIndexRef.Select(g => g.Count);
        if (!counts.SequenceEqual(state_dict.StateIndexRef.Select(g => g.Count)))
            throw new ArgumentException($"The state has groups of {string.Join(", ", state_dict.StateIndexRef.Select(g => g.Count))} parameters, and this optimizer of {string.Join(", ", counts)}.", nameof(state_dict));
        if (state_dict.State.Find(s => !_spec.Owns(s)) is { } other)
            throw new ArgumentException($"The state is of {other.GetType().DeclaringType?.Name}, and this is {Name}.", nameof(state_dict));
        using var _ = no_grad();
        foreach (var (to, from) in own.Options.Zip(state_dict.Options).Where(o => !ReferenceEquals(o.First, o.Second))) to.LoadStateDict(from);
        foreach (var ((to, from), parameter) in own.State.Zip(state_dict.State).Zip(parameters()).Where(s => !ReferenceEquals(s.First.First, s.First.Second)))
            _spec.Copy(from, to, tensor => tensor.to(parameter.device, copy: true));
    }

    /// <inheritdoc cref="OptimizerHelper.save_state_dict(string)"/>
    public new void save_state_dict(string location) => _stock.save_state_dict(location);

    /// <inheritdoc cref="OptimizerHelper.save_state_dict(BinaryWriter)"/>
    public new void save_state_dict(BinaryWriter writer) => _stock.save_state_dict(writer);

    /// <inheritdoc cref="OptimizerHelper.load_state_dict(string)"/>
    public new void load_state_dict(string location) => _stock.load_state_dict(location);

    /// <inheritdoc cref="OptimizerHelper.load_state_dict(BinaryReader)"/>
    public new void load_state_dict(BinaryReader reader) => _stock.load_state_dict(reader);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || _isDisposed) return;
        _isDisposed = true;
        foreach (var group in _bound) group.Dispose();
        _stock.Dispose();
    }

    (double LearningRate, double? WeightDecay)? IPresentRates.RatesOf(string parameter)
    {
        var index = _sources.Groups.ToList().FindIndex(g => g.ParameterNames.Contains(parameter));
        if (index < 0) return null;
        var group = _parameter_groups[index];
        return (group.LearningRate, OptimizerGroup.WeightDecay(group));
    }

    private void Update()
    {
        Bind();
        try
        {
            foreach (var group in _bound) group.Collect();
            for (var i = 0; i < _bound.Count; i++) _bound[i].Update(_factors is { } f && i < f.Count ? f[i] : 1);
            _factors = null;
        }
        catch
        {
            // The counters of the native side may be ahead of the state's: take both from the state at the next step.
            foreach (var group in _bound) group.Forget();
            throw;
        }
        finally
        {
            foreach (var group in _bound) group.Release();
        }
    }

    private void Bind()
    {
        while (_bound.Count < _parameter_groups.Count)
            _bound.Add(new(_spec, _how, _parameter_groups[_bound.Count], _sources.Groups.ElementAtOrDefault(_bound.Count), _bound.Count));
        for (var i = 0; i < _bound.Count; i++)
            if (_bound[i].Bind(_states[i]))
                foreach (var binding in _bound[i].Bindings)
                    if (_how.Backend == StepBackend.Fused) _announcement.Make(binding.Choice);
    }

    // The states are the stock optimizer's objects: what either changes, both have.
    private void Adopt()
    {
        var stock = _stock.state_dict();
        _states = [.. stock.StateIndexRef.Select(group => group.Select(i => stock.State[i]).ToArray())];
        _state.Clear();
        foreach (var (group, states) in _parameter_groups.Zip(_states))
            foreach (var (parameter, state) in group.Parameters.Zip(states)) _state[parameter.Handle] = state;
    }

    private void EnsureUsable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        foreach (var (i, group) in _parameter_groups.Select((g, i) => (i, g)))
            foreach (var (j, parameter) in group.Parameters.Select((p, j) => (j, p)))
                if (parameter.IsInvalid)
                    throw ModelMoved.Error(_sources.Groups.ElementAtOrDefault(i)?.ParameterNames.ElementAtOrDefault(j) ?? $"{i}[{j}]", NameOf(i), "was disposed or replaced");
    }

    private string NameOf(int group) => _sources.Groups.ElementAtOrDefault(group)?.Name ?? $"{group}";

    // Float32 state of half-precision parameters stays float32; the binding converts it where it is not wanted.
    private static Tensor Moved(Tensor tensor, Parameter to)
    {
        var isHalf = to.dtype is ScalarType.Float16 or ScalarType.BFloat16;
        var moved = tensor.to(isHalf && tensor.dtype == ScalarType.Float32 ? tensor.dtype : to.dtype, to.device);
        if (!ReferenceEquals(moved, tensor)) tensor.Dispose();
        return moved;
    }

    // TorchSharp's OneCycleLR and CyclicLR look for these on the optimizer.
    private sealed class WithMomentum(OptimizerSpec spec, GroupSources sources, StepOptions how, OptimizerOptions defaults, List<ParamGroup> groups, OptimizerHelper stock)
        : GroupOptimizer(spec, sources, how, defaults, groups, stock), IMomentum
    {
        public double Momentum { get => ((IMomentum)_stock).Momentum; set => ((IMomentum)_stock).Momentum = value; }
    }

    private sealed class WithBetas(OptimizerSpec spec, GroupSources sources, StepOptions how, OptimizerOptions defaults, List<ParamGroup> groups, OptimizerHelper stock)
        : GroupOptimizer(spec, sources, how, defaults, groups, stock), IBetas
    {
        public (double, double) Betas { get => ((IBetas)_stock).Betas; set => ((IBetas)_stock).Betas = value; }
    }
}
