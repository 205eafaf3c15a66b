using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen.Optimizers;

/// <summary>
/// What sets one optimizer apart from another: the tensors it keeps a parameter, the function of the native unit, and its numbers.
/// Everything else, the binding of tensors and the checks before a call, is shared.
/// </summary>
internal abstract class UpdateRule
{
    /// <summary>How many tensors a parameter's state has at most; one that a group does not use is passed as an empty list.</summary>
    public abstract int Slots { get; }

    /// <summary>Whether a group with these options uses a slot.</summary>
    public virtual bool Uses(OptimizerOptions options, int slot) => true;

    /// <summary>A slot of a parameter's state.</summary>
    public abstract ref Tensor? Slot(OptimizerState state, int slot);

    /// <summary>How often a parameter has been updated.</summary>
    public abstract ref long Step(OptimizerState state);

    /// <summary>The state of a parameter in its first form.</summary>
    public abstract OptimizerState NewState(Parameter parameter, OptimizerOptions options);

    /// <summary>The same state for a parameter that took another's place, on its device and in its dtype.</summary>
    public OptimizerState Move(OptimizerState from, Parameter to, OptimizerOptions options)
    {
        var state = NewState(to, options);
        Step(state) = Step(from);
        for (var slot = 0; slot < Slots; slot++)
        {
            Slot(state, slot)?.Dispose();
            Slot(state, slot) = Slot(from, slot)?.to(to.dtype, to.device).DetachFromDisposeScope();
        }

        return state;
    }

    /// <summary>Why LibTorch's fused kernel cannot serve a tensor on this device; null where it can.</summary>
    public abstract string? FusedObstacle(DeviceType device);

    /// <summary>The function of the native unit.</summary>
    public abstract string Function(Kernel kernel);

    /// <summary>How many numbers and switches the function takes.</summary>
    public abstract int Numbers(Kernel kernel);

    /// <summary>
    /// The numbers and switches of a call, in the order of the function's arguments. A fused kernel reads the step of each parameter from
    /// a tensor; the list operators take parameters of one step count together and get numbers that hold for it.
    /// </summary>
    /// <param name="kernel">What is to be called.</param>
    /// <param name="options">The group's options.</param>
    /// <param name="step">The number of this update, from 1, where the kernel is not fused.</param>
    /// <param name="arguments">Receives them.</param>
    public abstract void Write(Kernel kernel, OptimizerOptions options, long step, CallNumbers arguments);
}
