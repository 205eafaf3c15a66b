using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// mmengine's <c>paramwise_cfg</c>. A multiplier that is null is not configured, and leaves its parameters to the next rule (order of the
/// decay rules: custom key, norm, bias, depth-wise convolution, flat).
/// </summary>
public sealed record ParamwiseOptions
{
    /// <summary>Settings by parts of names; the longest key that hits wins over every other option.</summary>
    public ImmutableArray<CustomKey> CustomKeys { get; init; } = [];

    /// <summary><c>bias_lr_mult</c>: the factor on the rate of biases, norms and deformable offsets excepted.</summary>
    public double? BiasLearningRateMultiplier { get; init; }

    /// <summary><c>bias_decay_mult</c>: the factor on the weight decay of biases.</summary>
    public double? BiasDecayMultiplier { get; init; }

    /// <summary><c>norm_decay_mult</c>: the factor on the weight decay of normalisation layers.</summary>
    public double? NormDecayMultiplier { get; init; }

    /// <summary><c>dwconv_decay_mult</c>: the factor on the weight decay of depth-wise convolutions.</summary>
    public double? DepthwiseDecayMultiplier { get; init; }

    /// <summary><c>flat_decay_mult</c>: the factor on the weight decay of other parameters of one dimension.</summary>
    public double? FlatDecayMultiplier { get; init; }

    /// <summary><c>dcn_offset_lr_mult</c>: the factor on the rate of the offset convolution inside a deformable convolution.</summary>
    public double? DeformableOffsetLearningRateMultiplier { get; init; }

    /// <summary><c>bypass_duplicate</c>: whether a tensor met under a second name is passed over. Without parity it always is.</summary>
    public bool BypassDuplicates { get; init; }

    internal void Validate(ModelFacts facts, bool parity)
    {
        CustomKeyMatcher.Validate(CustomKeys, facts, parity);
        CheckMultiplier(BiasLearningRateMultiplier, nameof(BiasLearningRateMultiplier), parity);
        CheckMultiplier(BiasDecayMultiplier, nameof(BiasDecayMultiplier), parity);
        CheckMultiplier(NormDecayMultiplier, nameof(NormDecayMultiplier), parity);
        CheckMultiplier(DepthwiseDecayMultiplier, nameof(DepthwiseDecayMultiplier), parity);
        CheckMultiplier(FlatDecayMultiplier, nameof(FlatDecayMultiplier), parity);
        CheckMultiplier(DeformableOffsetLearningRateMultiplier, nameof(DeformableOffsetLearningRateMultiplier), parity);
    }

    /// <summary>Whether a multiplier is set that needs a weight decay to multiply; flat is one that the reference forgets.</summary>
    internal bool NeedsWeightDecay(bool parity) => CustomKeys.Any(k => k.DecayMultiplier is not null)
        || (BiasDecayMultiplier ?? NormDecayMultiplier ?? DepthwiseDecayMultiplier ?? (parity ? null : FlatDecayMultiplier)) is not null;

    private static void CheckMultiplier(double? value, string option, bool parity)
    {
        if (value is not { } number) return;
        if (parity) Check.Finite(number, option);
        else Check.NotNegative(number, option);
    }
}
