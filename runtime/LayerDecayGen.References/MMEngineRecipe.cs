using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>
/// mmengine's groups: open-mmlab/mmengine, <c>mmengine/optim/optimizer/default_constructor.py</c>, <c>DefaultOptimWrapperConstructor</c>.
/// A custom key replaces every other option for the parameters it hits.
/// </summary>
/// <remarks>
/// In the reference keys hit the middle of numbers; a <c>Conv2d</c> of one channel is a depth-wise convolution while <c>Conv1d</c> and
/// <c>Conv3d</c> never are; tensors without dimensions are not flat; a member called <c>module</c> hides everything else; without options
/// frozen parameters are grouped. Without parity a key that hits nothing is an error, unless all it does is to exempt from weight decay.
/// </remarks>
public sealed record MMEngineRecipe : ReferenceRecipe
{
    /// <summary>
    /// The <c>lr</c> of the optimizer's configuration, where it has one. Plans hold scales and do not need it; in parity a multiplier
    /// without it fails as in the reference.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>The <c>weight_decay</c> of the optimizer's configuration; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The parameter-wise options; null makes one group of everything.</summary>
    public ParamwiseOptions? Paramwise { get; init; }

    /// <summary>The classes that count as deformable convolutions; empty where the reference could not import them.</summary>
    public ImmutableArray<string> DeformableTypes { get; init; } = ["DeformConv2d", "ModulatedDeformConv2d"];

    /// <inheritdoc/>
    public override string Name => "mmengine";

    internal override double? StatedRate => LearningRate;

    internal override Plan Literal(ModelFacts facts)
    {
        var seen = ParamwiseRules.Unwrapped(facts);
        if (Paramwise is not { } options) return OneGroup(seen).OncePerTensor();
        options.RequireWeightDecay(WeightDecay, forgotten: nameof(options.FlatDecayMultiplier));
        if (!options.BypassDuplicates) Ties.RefuseDuplicates(seen.Parameters.Where(p => !p.Frozen), facts);
        var unwrapped = ParamwiseRules.UnwrappedName(facts);
        var rules = Rules(options, facts, ParamwiseReading.Literal(name => CustomKeyMatcher.TextOf(unwrapped(name))));
        return seen.Parameters.Select(fact => Decide(fact, rules, RateOrFail, key => key.Entries(withDecayMultiplier: true))).ToPlan()
            .WithoutFrozen().OncePerTensor().OneGroupPerParameter();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        if (Paramwise is not { } options) return OneGroup(facts).OncePerTensor().WithoutFrozen();
        options.RequireWeightDecay(WeightDecay);
        var rules = Rules(options, facts, ParamwiseReading.Corrected);
        var plan = facts.Parameters.Select(fact => Decide(fact, rules, (_, multiplier) => multiplier ?? 1, key => key.Extra)).ToPlan();
        return options.Checked(plan.WithoutFrozen().OncePerTensor(), Name, facts);
    }

    private Plan OneGroup(ModelFacts facts)
    {
        if (WeightDecay is { } decay) Require.NotNegative(decay, nameof(WeightDecay));
        return facts.Parameters.Select(fact => fact.Decide(null, 1, WeightDecay)).ToPlan();
    }

    private ParamwiseRules Rules(ParamwiseOptions options, ModelFacts facts, ParamwiseReading reading) =>
        new(options, facts, reading) { DeformableTypes = DeformableTypes };

    private double RateOrFail(ParameterFact fact, double? multiplier) => LearningRate is null && multiplier is not null && !fact.Frozen
        ? throw new PlanException($"{nameof(LearningRate)} is not set, but '{fact.Name}' has a multiplier for it: the reference fails on it.")
        : multiplier ?? 1;

    private PlannedParameter Decide(
        ParameterFact fact, ParamwiseRules rules, Func<ParameterFact, double?, double> rate,
        Func<CustomKey, ImmutableSortedDictionary<string, object>> fields)
    {
        var key = rules.KeyOf(fact);
        var multiplier = key is null ? rules.RateMultiplier(fact) : key.LearningRateMultiplier ?? 1;
        var decay = key is null ? rules.DecayMultiplier(fact) ?? 1 : key.DecayMultiplier ?? 1;
        return fact.Decide(null, rate(fact, multiplier), key?.WeightDecay ?? WeightDecay * decay) with
        {
            LearningRate = key?.LearningRate * fact.LearningRateScale,
            Extra = key is null ? ImmutableSortedDictionary<string, object>.Empty : fields(key),
        };
    }
}
