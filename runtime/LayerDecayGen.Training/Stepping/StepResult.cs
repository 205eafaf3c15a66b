using TorchSharp;
using static TorchSharp.torch;

namespace LayerDecayGen.Training;

/// <summary>What a backward pass led to.</summary>
public enum StepOutcome
{
    /// <summary>The window of accumulation is still open: gradients were added.</summary>
    Accumulated,

    /// <summary>The weights were updated.</summary>
    Updated,

    /// <summary>An update was due and was left out because a gradient was not finite.</summary>
    SkippedNonFinite,
}

/// <summary>What a training step did.</summary>
public sealed class StepResult
{
    private readonly Lazy<double> _loss;

    internal StepResult(Tensor loss)
    {
        if (loss.device_type == DeviceType.CPU)
        {
            _loss = new(Read(loss));
            return;
        }

        var kept = loss.detach().clone().DetachFromDisposeScope();
        _loss = new(() =>
        {
            using (kept) return Read(kept);
        });
    }

    /// <summary>What the backward pass led to.</summary>
    public StepOutcome Outcome { get; internal set; }

    /// <summary>Whether the weights were updated.</summary>
    public bool Updated => Outcome == StepOutcome.Updated;

    /// <summary>The loss as it was given, not divided by anything. On an accelerator, reading it the first time waits for the device.</summary>
    public double Loss => _loss.Value;

    /// <summary>The number of losses that the window of accumulation averages.</summary>
    public int WindowLength { get; internal set; }

    /// <summary>The norm of all gradients before clipping, where clipping by norm took place.</summary>
    public double? GradientNorm { get; internal set; }

    private static double Read(Tensor loss)
    {
        using var detached = loss.detach();
        using var wide = detached.to(ScalarType.Float64);
        return wide.item<double>();
    }
}
