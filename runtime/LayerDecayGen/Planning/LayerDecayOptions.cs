using System.Collections.Immutable;

namespace LayerDecayGen;


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

    /// <summary>The weight decay of decayed parameters, 0 or above. Required: there is no default to trip over.</summary>
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

    /// <summary>Whether every parameter gets a group of its own.</summary>
    public bool OneGroupPerParameter { get; init; }

    string IRecipe.Name => "layer decay";

    Plan IRecipe.Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var rate = CheckOptions(facts);
        var last = facts.LastLayer();
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

        return new Plan(plan.ToImmutable()) { Frozen = frozen.ToImmutable() };
    }

    private PlannedParameter Alone(PlannedParameter parameter) => OneGroupPerParameter ? parameter with { Alone = true } : parameter;

    private double CheckOptions(ModelFacts facts)
    {
        var rate = Check.Rate(LayerDecay ?? facts.LayerDecay, nameof(LayerDecay), facts);
        Check.NotNegative(WeightDecay, nameof(WeightDecay));
        Check.Fraction(MinimumScale, nameof(MinimumScale));
        if (FreezeBelowScale is { } least) Check.Fraction(least, nameof(FreezeBelowScale));
        NameList.EnsureEachMatches(NoDecayNames, facts, nameof(NoDecayNames), NameList.IsAtOrBelow);
        foreach (var (role, change) in Roles)
        {
            Check.NotNegative(change.LearningRateScale, $"{nameof(Roles)}[{role}].{nameof(RoleOverride.LearningRateScale)}");
            if (change.WeightDecay is { } decay) Check.NotNegative(decay, $"{nameof(Roles)}[{role}].{nameof(RoleOverride.WeightDecay)}");
            if (facts.Parameters.All(p => p.Role != role))
                throw new PlanException($"{nameof(Roles)}: {facts.ModelName} has no parameter of role {role}.");
        }

        return rate;
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
