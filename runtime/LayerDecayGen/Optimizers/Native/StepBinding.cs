using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>
/// Parameters of one group, dtype and device with their state, checked once and kept as the tensors that the native side takes.
/// </summary>
internal abstract class StepBinding : IDisposable
{
    // Where a call passes over its tensors once an operator, parts that a processor's cache holds save most of the way to memory, and the
    // temporary tensors stay as small as a part.
    private const long ElementsPerPart = 1 << 20;

    private readonly long[] _steps;

    protected StepBinding(UpdateRule rule, StepOptions how, OptimizerOptions options, Tensors tensors, OptimizerState[] states)
    {
        (Rule, Options, Tensors, States) = (rule, options, tensors, states);
        Widens = how.Float32State && tensors.IsHalf;
        _steps = Array.ConvertAll(states, s => rule.PhaseOf(s).Step);
        Choice = Choose(how.Kernel);
        Slots = new Tensor[rule.Slots][];
    }

    /// <summary>What the step of these tensors runs on.</summary>
    public KernelChoice Choice { get; }

    protected UpdateRule Rule { get; }

    protected OptimizerOptions Options { get; }

    protected Tensors Tensors { get; }

    protected OptimizerState[] States { get; }

    /// <summary>Whether half-precision parameters have float32 state.</summary>
    protected bool Widens { get; }

    /// <summary>The state, a tensor a parameter; empty for what the group does not use.</summary>
    protected Tensor[][] Slots { get; }

    protected long[] Steps => _steps;

    protected long MostElements => Rule.IsOnePass(Choice.Kernel) ? long.MaxValue : ElementsPerPart;

    private KernelChoice Choose(Kernel fastest)
    {
        if (Rule.Fastest(Options) == Kernel.Foreach) return new(Kernel.Foreach, Tensors.Group, "");
        var obstacle = fastest == Kernel.Foreach ? "as asked for" : Rule.FusedObstacle(Tensors.Device)
            ?? (Tensors.FirstStrided() is { } strided ? $"parameter '{strided}' is not contiguous in memory" : null);
        return new(obstacle is null ? Kernel.Fused : Kernel.Foreach, Tensors.Group, obstacle ?? "");
    }

    /// <summary>A tensor of the state in the dtype of the binding, checked; null where the state does not have it yet.</summary>
    protected Tensor? Checked(ref Tensor? tensor, int i)
    {
        if (tensor is null) return null;
        if (Tensors.IsHalf && tensor.dtype != Tensors.StateType(Widens))
        {
            using var before = tensor;
            tensor = before.to(Tensors.StateType(Widens)).DetachFromDisposeScope();
        }

        Tensors.CheckState(tensor, i, Widens);
        return tensor;
    }

    /// <summary>
    /// Whether the state is still the one that was bound: loading a state dictionary or moving the state puts other tensors in its place.
    /// </summary>
    public virtual bool IsCurrent()
    {
        for (var i = 0; i < _steps.Length; i++)
            if (!IsCurrent(i)) return false;
        return true;
    }

    protected bool IsCurrent(int i)
    {
        if (_steps[i] != Rule.PhaseOf(States[i]).Step) return false;
        for (var slot = 0; slot < Slots.Length; slot++)
        {
            var bound = Slots[slot];
            if (Rule.Uses(Options, slot) != bound.Length > 0) return false;
            if (bound.Length > 0 && (bound[i].IsInvalid || (Rule.Slot(States[i], slot) is { } now && !ReferenceEquals(now, bound[i]))))
                return false;
        }

        return true;
    }

    /// <summary>Brings the state of every parameter up to date, for somebody who may read or change it.</summary>
    public virtual void Expose() { }

    /// <summary>Takes the gradients of this step and checks every one of them. Throws before anything is changed.</summary>
    public abstract void Collect();

    /// <summary>
    /// Updates the parameters that have a gradient. One that has none is skipped whole, and its step count does not advance.
    /// </summary>
    public abstract void Update();

    /// <summary>Lets go of the gradients of this step.</summary>
    public abstract void Release();

    protected void Advance(int i)
    {
        Rule.Advance(States[i], Options);
        Note(i);
    }

    // A tensor that the state does not have yet becomes its own with the first update, which is how a first update is told.
    protected void Note(int i)
    {
        for (var slot = 0; slot < Slots.Length; slot++)
            if (Slots[slot].Length > 0) Rule.Slot(States[i], slot) ??= Slots[slot][i];
        _steps[i] = Rule.PhaseOf(States[i]).Step;
    }

    public abstract void Dispose();
}
