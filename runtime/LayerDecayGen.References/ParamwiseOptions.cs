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

    private IEnumerable<(double? Value, string Option)> Decays =>
    [
        (BiasDecayMultiplier, nameof(BiasDecayMultiplier)), (NormDecayMultiplier, nameof(NormDecayMultiplier)),
        (DepthwiseDecayMultiplier, nameof(DepthwiseDecayMultiplier)), (FlatDecayMultiplier, nameof(FlatDecayMultiplier)),
    ];

    /// <summary>A plan whose multipliers and keys hold for the model.</summary>
    internal Plan Checked(Plan plan, string recipe, ModelFacts facts)
    {
        foreach (var (value, option) in Decays.Append((BiasLearningRateMultiplier, nameof(BiasLearningRateMultiplier)))
            .Append((DeformableOffsetLearningRateMultiplier, nameof(DeformableOffsetLearningRateMultiplier))))
        {
            if (value is { } number) Require.NotNegative(number, option);
        }

        return CustomKeyMatcher.Checked(plan, recipe, CustomKeys, facts);
    }

    /// <summary>Fails where a multiplier is set that needs a weight decay and there is none.</summary>
    /// <param name="weightDecay">The optimizer's.</param>
    /// <param name="forgotten">A multiplier that is not looked at.</param>
    internal void RequireWeightDecay(double? weightDecay, string? forgotten = null)
    {
        if (weightDecay is { } decay) Require.NotNegative(decay, nameof(MMEngineRecipe.WeightDecay));
        else if (CustomKeys.Any(k => k.DecayMultiplier is not null) || Decays.Any(d => d.Value is not null && d.Option != forgotten))
            throw new PlanException($"{nameof(MMEngineRecipe.WeightDecay)} is not set, but a decay multiplier is: there is nothing to multiply.");
    }
}
