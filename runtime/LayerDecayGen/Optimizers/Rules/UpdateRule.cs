using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Where a parameter stands in its own sequence of updates. Parameters of one phase get the same numbers.</summary>
/// <param name="Step">How often it has been updated.</param>
/// <param name="First">A number that the optimizer carries from step to step.</param>
/// <param name="Second">Another.</param>
internal readonly record struct StepState(long Step, double First = 0, double Second = 0);

/// <summary>
/// What sets one optimizer apart from another: the tensors it keeps a parameter, the functions of the native unit, and their numbers.
/// Everything else, the binding of tensors and the checks before a call, is shared.
/// </summary>
internal abstract class UpdateRule
{
    /// <summary>The fastest kernel that LibTorch has for a group with these options.</summary>
    public abstract Kernel Fastest(OptimizerOptions options);

    /// <summary>Why the fused kernel cannot serve this device; null where it can.</summary>
    public virtual string? FusedObstacle(DeviceType device) => null;

    /// <summary>Whether the fused kernel reads each parameter's step from a tensor.</summary>
    public virtual bool CountsNatively => false;

    /// <summary>Whether a call takes parameters of one phase only.</summary>
    public virtual bool Splits(Kernel kernel) => !(kernel == Kernel.Fused && CountsNatively);

    /// <summary>Whether the function passes over each tensor once and makes no temporary ones, so that a call takes any number.</summary>
    public virtual bool IsOnePass(Kernel kernel) => kernel == Kernel.Fused;

    /// <summary>The function of the native unit.</summary>
    public abstract string Function(Kernel kernel);

    /// <summary>How many tensors a parameter's state has at most; one that a group does not use is passed as an empty list.</summary>
    public abstract int Slots { get; }

    /// <summary>Whether a group with these options uses a slot.</summary>
    public abstract bool Uses(OptimizerOptions options, int slot);

    /// <summary>A slot of a parameter's state.</summary>
    public abstract ref Tensor? Slot(OptimizerState state, int slot);

    /// <summary>The phase of a parameter.</summary>
    public abstract StepState PhaseOf(OptimizerState state);

    /// <summary>Goes to the next phase, after an update.</summary>
    public abstract void Advance(OptimizerState state, OptimizerOptions options);

    /// <summary>The numbers and switches of a call, in the order of the function's arguments.</summary>
    public abstract void Write(Kernel kernel, OptimizerOptions options, StepState phase, CallNumbers numbers);

    /// <summary>Takes over the numbers of a state that stands where another is, tensors aside.</summary>
    public abstract void CopyNumbers(OptimizerState from, OptimizerState to);

    /// <summary>The same state for a parameter that took another's place, on its device and in its dtype.</summary>
    public abstract OptimizerState Move(OptimizerState from, Parameter to, OptimizerOptions options);
}

/// <summary>A rule over TorchSharp's own options and state of the optimizer.</summary>
internal abstract class UpdateRule<TOptions, TState> : UpdateRule where TOptions : OptimizerOptions where TState : OptimizerState
{
    public sealed override Kernel Fastest(OptimizerOptions options) => Fastest((TOptions)options);

    public sealed override bool Uses(OptimizerOptions options, int slot) => Uses((TOptions)options, slot);

    public sealed override ref Tensor? Slot(OptimizerState state, int slot) => ref Slot((TState)state, slot);

    public sealed override StepState PhaseOf(OptimizerState state) => PhaseOf((TState)state);

    public sealed override void Advance(OptimizerState state, OptimizerOptions options) => Advance((TState)state, (TOptions)options);

    public sealed override void Write(Kernel kernel, OptimizerOptions options, StepState phase, CallNumbers numbers) =>
        Write(kernel, (TOptions)options, phase, numbers);

    public sealed override void CopyNumbers(OptimizerState from, OptimizerState to) => CopyNumbers((TState)from, (TState)to);

    public sealed override OptimizerState Move(OptimizerState from, Parameter to, OptimizerOptions options)
    {
        var state = NewState(to);
        state.Initialize(options);
        CopyNumbers((TState)from, state);
        for (var slot = 0; slot < Slots; slot++)
        {
            Slot(state, slot)?.Dispose();
            Slot(state, slot) = Slot((TState)from, slot) is { } tensor ? Move(tensor, to) : null;
        }

        return state;
    }

    // Float32 state of half-precision parameters stays what it is; the binding makes it fit if it is not wanted.
    private static Tensor Move(Tensor tensor, Parameter to)
    {
        var half = to.dtype is ScalarType.Float16 or ScalarType.BFloat16;
        return tensor.to(half && tensor.dtype == ScalarType.Float32 ? tensor.dtype : to.dtype, to.device).DetachFromDisposeScope();
    }

    protected virtual Kernel Fastest(TOptions options) => Kernel.Foreach;

    protected virtual bool Uses(TOptions options, int slot) => true;

    protected abstract ref Tensor? Slot(TState state, int slot);

    protected abstract StepState PhaseOf(TState state);

    protected abstract void Advance(TState state, TOptions options);

    protected abstract void Write(Kernel kernel, TOptions options, StepState phase, CallNumbers numbers);

    protected abstract TState NewState(Parameter parameter);

    protected abstract void CopyNumbers(TState from, TState to);
}
