using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LayerDecayGen;

/// <summary>Where a parameter stands in its own sequence of updates. Parameters with equal values get the same numbers.</summary>
/// <param name="Step">How often it has been updated.</param>
/// <param name="First">A number that the optimizer carries from update to update.</param>
/// <param name="Second">Another.</param>
internal readonly record struct StepState(long Step, double First = 0, double Second = 0);

/// <summary>
/// What sets one optimizer apart from another: TorchSharp's types, the tensors of a parameter's state, the native functions and their
/// numbers. Binding, checks and calls are shared.
/// </summary>
internal abstract class OptimizerSpec
{
    /// <summary>The function on LibTorch's fused kernel; null where there is none.</summary>
    public string? Fused { get; init; }

    /// <summary>The function on LibTorch's list operators.</summary>
    public required string Foreach { get; init; }

    /// <summary>Why the fused kernel cannot serve a device; null where it can.</summary>
    public Func<DeviceType, string?> FusedObstacle { get; init; } = FusedDevices.CpuCudaAndMps;

    /// <summary>Whether the fused kernel reads the step of each parameter from a tensor.</summary>
    public bool CountsNatively { get; init; }

    /// <summary>The name of an optimizer that has no weight decay; null for others.</summary>
    public string? WithoutWeightDecay { get; init; }

    /// <summary>Whether the numbers of a call depend on <see cref="StepState"/>.</summary>
    public bool DependsOnStep { get; init; } = true;

    /// <summary>Whether the fused function makes temporary tensors, so that a call takes only as many as a cache holds.</summary>
    public bool FusedHasTemporaries { get; init; }

    public bool Splits(StepBackend backend) => DependsOnStep && !(backend == StepBackend.Fused && CountsNatively);

    public bool IsOnePass(StepBackend backend) => backend == StepBackend.Fused && !FusedHasTemporaries;

    public string Function(StepBackend backend) => backend == StepBackend.Fused ? Fused! : Foreach;

    /// <summary>How many tensors a parameter's state has at most; an unused one is passed as an empty list.</summary>
    public abstract int SlotCount { get; }

    public abstract StepBackend Fastest(OptimizerOptions options);

    public abstract bool Uses(OptimizerOptions options, int slot);

    public abstract ref Tensor? Slot(OptimizerState state, int slot);

    public abstract StepState Read(OptimizerState state);

    /// <summary>Goes to the next state, after an update.</summary>
    public abstract void Advance(OptimizerState state, OptimizerOptions options);

    /// <summary>Writes the numbers and switches of a call, in the order of the function's arguments.</summary>
    public abstract void Write(StepBackend backend, OptimizerOptions options, StepState at, KernelArguments arguments);

    /// <summary>Makes one of TorchSharp's groups.</summary>
    public abstract ParamGroup Group(IReadOnlyList<Parameter> parameters, OptimizerOptions options);

    /// <summary>Makes TorchSharp's own optimizer over groups; groups that are added later take missing options from the defaults.</summary>
    public abstract OptimizerHelper Stock(IEnumerable<ParamGroup> groups, OptimizerOptions defaults);

    /// <summary>Whether a state is of this optimizer.</summary>
    public abstract bool Owns(OptimizerState state);

    /// <summary>Copies a state, with each tensor as <paramref name="take"/> gives it.</summary>
    public abstract void Copy(OptimizerState from, OptimizerState to, Func<Tensor, Tensor> take);
}

/// <inheritdoc cref="OptimizerSpec"/>
/// <typeparam name="TOptions">TorchSharp's options of a group.</typeparam>
/// <typeparam name="TState">TorchSharp's state of a parameter.</typeparam>
internal sealed class OptimizerSpec<TOptions, TState> : OptimizerSpec where TOptions : OptimizerOptions, new() where TState : OptimizerState
{
    public delegate ref Tensor? SlotOf(TState state);

    public required Func<IEnumerable<ParamGroup>, TOptions, OptimizerHelper> NewStock { get; init; }

    public required Func<IReadOnlyList<Parameter>, TOptions, ParamGroup> NewGroup { get; init; }

    public required SlotOf[] Slots { get; init; }

    /// <summary>Whether a group uses a slot; each one unless stated.</summary>
    public Func<TOptions, int, bool> UsesSlot { get; init; } = (_, _) => true;

    /// <summary>Whether the fused kernel can do what the options ask for.</summary>
    public Func<TOptions, bool> FusedServes { get; init; } = _ => true;

    public required Func<TState, StepState> Get { get; init; }

    public required Action<TState, StepState> Set { get; init; }

    public Func<StepState, TOptions, StepState> Next { get; init; } = (at, _) => at with { Step = at.Step + 1 };

    public required Action<KernelArguments, StepBackend, TOptions, StepState> Arguments { get; init; }

    public override int SlotCount => Slots.Length;

    public override StepBackend Fastest(OptimizerOptions options) =>
        Fused is not null && FusedServes((TOptions)options) ? StepBackend.Fused : StepBackend.Foreach;

    public override bool Uses(OptimizerOptions options, int slot) => UsesSlot((TOptions)options, slot);

    public override ref Tensor? Slot(OptimizerState state, int slot) => ref Slots[slot]((TState)state);

    public override StepState Read(OptimizerState state) => Get((TState)state);

    public override void Advance(OptimizerState state, OptimizerOptions options) =>
        Set((TState)state, Next(Get((TState)state), (TOptions)options));

    public override void Write(StepBackend backend, OptimizerOptions options, StepState at, KernelArguments arguments) =>
        Arguments(arguments, backend, (TOptions)options, at);

    public override ParamGroup Group(IReadOnlyList<Parameter> parameters, OptimizerOptions options) => NewGroup(parameters, (TOptions)options);

    public override OptimizerHelper Stock(IEnumerable<ParamGroup> groups, OptimizerOptions defaults) => NewStock(groups, (TOptions)defaults);

    public override bool Owns(OptimizerState state) => state is TState;

    public override void Copy(OptimizerState from, OptimizerState to, Func<Tensor, Tensor> take)
    {
        Set((TState)to, Get((TState)from));
        foreach (var slot in Slots)
        {
            var taken = slot((TState)from) is { } tensor ? take(tensor).DetachFromDisposeScope() : null;
            slot((TState)to)?.Dispose();
            slot((TState)to) = taken;
        }
    }
}
