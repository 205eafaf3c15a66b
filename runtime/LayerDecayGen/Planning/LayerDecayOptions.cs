using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>Learning rates of the first and the last layer, as fastai's <c>slice(first, last)</c> states them.</summary>
/// <param name="First">The rate of layer 0, above 0 and at most <paramref name="Last"/>.</param>
/// <param name="Last">The rate of the top layer, the base learning rate.</param>
public readonly record struct LayerRates(double First, double Last);

/// <summary>
/// The options of this library's own rule: lr scale by layer, weight decay by shape and declaration. Recipes of the references are in
/// <c>LayerDecayGen.References</c>.
/// </summary>
/// <remarks>
/// A parameter of layer <c>i</c> gets <c>rate^(last - i)</c>, at least <see cref="MinimumScale"/>, times the scale of its declaration or
/// section. It is decayed unless a rule of <see cref="NoDecay"/>, a name of <see cref="NoDecayNames"/> or its declaration exempts it.
/// </remarks>
public sealed record LayerDecayOptions : IRecipe
{
    /// <summary>The rate in (0, 1]; null takes the one that the model's <see cref="LayerDecayAttribute"/> states.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>
    /// The decay stated as the rates of the first and the last layer, in place of <see cref="LayerDecay"/>: those between are spread
    /// geometrically (fastai <c>Learner.lr_range</c>, <c>even_mults</c>). The optimizer's base learning rate must then be
    /// <see cref="LayerRates.Last"/>.
    /// </summary>
    public LayerRates? LayerRates { get; init; }

    /// <summary>The weight decay of decayed parameters, 0 or more. Required: there is no default to trip over.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>The lowest lr scale that a layer gets, in [0, 1] (timm <c>param_groups_layer_decay</c>, <c>min_scale</c>).</summary>
    public double MinimumScale { get; init; }

    /// <summary>
    /// Layers of a lower scale than this are not trained at all; null trains every layer (timm <c>param_groups_layer_decay</c>,
    /// <c>no_opt_scale</c>).
    /// </summary>
    public double? FreezeBelowScale { get; init; }

    /// <summary>Which parameters are not decayed.</summary>
    public NoDecayRules NoDecay { get; init; } = NoDecayRules.Default;

    /// <summary>
    /// Parameters that are not decayed, by registered name or by the path of a module that holds them. An entry that matches nothing is an
    /// error.
    /// </summary>
    public ImmutableArray<string> NoDecayNames { get; init; } = [];

    /// <summary>
    /// Overrides by role, for example slower embeddings or norms that are decayed after all. Declared exemptions and sections still win.
    /// </summary>
    public ImmutableDictionary<ParameterRole, RoleOverride> Roles { get; init; } = ImmutableDictionary<ParameterRole, RoleOverride>.Empty;

    /// <summary>Whether every parameter gets its own group.</summary>
    public bool OneGroupPerParameter { get; init; }

    /// <summary>Whether parameters of different layers share a group when scale and weight decay are equal.</summary>
    public bool MergeAcrossLayers { get; init; }

    string IRecipe.Name => "layer decay";

    Plan IRecipe.Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var last = facts.LastLayer();
        var rate = CheckOptions(facts, last);
        var plan = ImmutableArray.CreateBuilder<PlannedParameter>(facts.Parameters.Length);
        var frozen = ImmutableArray.CreateBuilder<ParameterFact>();
        var scales = Enumerable.Range(0, last + 1).Select(layer => Math.Max(MinimumScale, Math.Pow(rate, last - layer))).ToArray();
        foreach (var fact in facts.Trainable())
        {
            var layer = facts.LayerOf(fact);
            var scale = scales[layer];
            if (scale < FreezeBelowScale) frozen.Add(fact);
            else plan.Add(Alone(Decide(fact, layer, scale)));
        }

        return new Plan(plan.ToImmutable())
        {
            Frozen = frozen.ToImmutable(),
            MergeAcrossLayers = MergeAcrossLayers,
            BaseLearningRate = LayerRates?.Last,
        };
    }

    private PlannedParameter Alone(PlannedParameter parameter) => OneGroupPerParameter ? parameter with { Alone = true } : parameter;

    private double CheckOptions(ModelFacts facts, int last)
    {
        Require.NotNegative(WeightDecay);
        Require.Share(MinimumScale);
        if (FreezeBelowScale is { } least) Require.Share(least, nameof(FreezeBelowScale));
        NameList.EnsureEachMatches(NoDecayNames, facts, nameof(NoDecayNames), NameList.IsAtOrBelow);
        foreach (var (role, change) in Roles)
        {
            Require.NotNegative(change.LearningRateScale, $"{nameof(Roles)}[{role}].{nameof(RoleOverride.LearningRateScale)}");
            if (change.WeightDecay is { } decay) Require.NotNegative(decay, $"{nameof(Roles)}[{role}].{nameof(RoleOverride.WeightDecay)}");
            if (facts.Parameters.All(p => p.Role != role))
                throw new PlanException($"{nameof(Roles)}: {facts.ModelName} has no parameter of role {role}.");
        }

        return LayerRates is { } rates ? RateBetween(rates, last) : Require.Decay(LayerDecay ?? facts.LayerDecay ?? throw new PlanException(
            $"{nameof(LayerDecay)} is not set and {facts.ModelName} declares no rate: set {nameof(LayerDecay)}, or write [LayerDecay(rate)] on the model."),
            nameof(LayerDecay));
    }

    private double RateBetween(LayerRates rates, int last)
    {
        if (LayerDecay is not null)
            throw new ArgumentException($"{nameof(LayerDecay)} and {nameof(LayerRates)} both state the decay: set one of them.");
        Require.Positive(rates.Last, "LayerRates.Last");
        Require.Positive(rates.First, "LayerRates.First");
        var ratio = Require.Decay(rates.First / rates.Last, "LayerRates.First / LayerRates.Last");
        return last == 0 ? 1 : Math.Pow(ratio, 1.0 / last);
    }

    private PlannedParameter Decide(ParameterFact fact, int layer, double scale) => Roles.TryGetValue(fact.Role, out var change)
        ? fact.Decide(layer, scale * change.LearningRateScale, change.WeightDecay ?? WeightDecay, change.WeightDecay is not null || IsDecayed(fact))
        : fact.Decide(layer, scale, WeightDecay, IsDecayed(fact));

    private bool IsDecayed(ParameterFact fact) =>
        !(Has(NoDecayRules.OneDimensional) && fact.Dimensions == 1)
        && !(Has(NoDecayRules.ZeroDimensional) && fact.Dimensions == 0)
        && !(Has(NoDecayRules.Norm) && fact.Role == ParameterRole.Norm)
        && !(Has(NoDecayRules.Bias) && (fact.Role == ParameterRole.Bias || fact.LastSegment == "bias"))
        && !(Has(NoDecayRules.Scale) && fact.LastSegment == "scale")
        && !NoDecayNames.Any(entry => NameList.IsAtOrBelow(entry, fact.Name));

    private bool Has(NoDecayRules rule) => (NoDecay & rule) != 0;
}
