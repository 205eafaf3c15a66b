namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's groups for TSM: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/tsm_optim_wrapper_constructor.py</c>,
/// <c>TSMOptimWrapperConstructor</c>. Biases learn twice as fast and are not decayed, norms are not decayed, the classifier learns five
/// (weight) and ten (bias) times as fast.
/// </summary>
/// <remarks>
/// In the reference frozen parameters are grouped, parameters held beside child modules are lost, other modules are refused, and the last
/// bias met is taken for the classifier's.
/// </remarks>
public sealed record MMActionTsmRecipe : ReferenceRecipe
{
    private static readonly (string Name, double Scale, bool Decayed)[] Kinds =
    [
        ("first_conv_weight", 1, true), ("first_conv_bias", 2, false), ("normal_weight", 1, true), ("normal_bias", 2, false), ("bn", 1, false),
        ("lr5_weight", 5, true), ("lr10_bias", 10, false),
    ];

    private const int FirstWeight = 0, FirstBias = 1, Weight = 2, Bias = 3, Norm = 4, LastWeight = 5, LastBias = 6;

    /// <summary>Whether the classifier learns faster (<c>fc_lr5</c>). Required.</summary>
    public bool? FastClassifier { get; init; }

    /// <summary>The weight decay of decayed parameters; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <inheritdoc/>
    public override string Name => "MMAction2 TSM";

    internal override Plan Literal(ModelFacts facts)
    {
        var kinds = Sort(facts, (module, kinds) =>
        {
            if (IsWeighted(module[0].Owner)) SortLiteral(module, kinds);
            else if (IsNorm(module[0].Owner)) kinds[Norm].AddRange(module.Where(p => !p.Frozen));
            else if (IsLeaf(module[0], facts)) throw new PlanException(
                $"'{module[0].Name}' belongs to a '{module[0].Owner?.TypeName}', for which the reference has no rule.");
        });
        if (kinds[Weight].Count == 0 || kinds[Bias].Count == 0)
            throw new PlanException("The model has no weight or no bias beside its first convolution: the reference fails on it.");
        if (IsFast) MoveClassifier(kinds, kinds[Weight][^1], kinds[Bias][^1]);
        Ties.RefuseDuplicates(kinds.SelectMany(k => k), facts);
        return Planned(kinds, named: true);
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        if (WeightDecay is { } decay) Require.NotNegative(decay, nameof(WeightDecay));
        var kinds = Sort(facts, (module, kinds) =>
        {
            var (weights, biases) = IsFirstConvolution(module, kinds) ? (FirstWeight, FirstBias) : (Weight, Bias);
            foreach (var fact in module)
                kinds[IsNorm(fact.Owner) || ModuleTypes.IsNorm(fact.Owner) ? Norm : fact.Dimensions > 1 ? weights : biases].Add(fact);
        });
        // The classifier is looked for among all parameters, frozen or not: its rates are no other layer's.
        if (IsFast && kinds[Weight].FindLast(w => IsWeighted(w.Owner)) is { } weight)
        {
            var classifier = ParamwiseRules.ModuleOf(weight.Name);
            MoveClassifier(kinds, weight, kinds[Bias].FindLast(b => ParamwiseRules.ModuleOf(b.Name) == classifier));
        }

        return Planned(kinds, named: false).WithoutFrozen().OncePerTensor();
    }

    private bool IsFast => FastClassifier ?? throw new PlanException(
        $"{nameof(FastClassifier)} (fc_lr5) is not set: say whether the classifier learns faster.");

    // A module that is registered twice is met once.
    private static List<ParameterFact>[] Sort(ModelFacts facts, Action<List<ParameterFact>, List<ParameterFact>[]> sort)
    {
        var kinds = Kinds.Select(_ => new List<ParameterFact>()).ToArray();
        foreach (var module in facts.Parameters.GroupBy(p => ParamwiseRules.ModuleOf(p.Name), StringComparer.Ordinal))
            if (!Ties.IsOfSharedModule(module.First(), facts)) sort([.. module], kinds);
        return kinds;
    }

    // The first parameter is the weight; a second is the bias only where there are exactly two.
    private static void SortLiteral(List<ParameterFact> module, List<ParameterFact>[] kinds)
    {
        var isFirst = IsFirstConvolution(module, kinds);
        kinds[isFirst ? FirstWeight : Weight].Add(module[0]);
        if (module.Count == 2) kinds[isFirst ? FirstBias : Bias].Add(module[1]);
    }

    private static void MoveClassifier(List<ParameterFact>[] kinds, ParameterFact weight, ParameterFact? bias)
    {
        if (kinds[Weight].Remove(weight)) kinds[LastWeight].Add(weight);
        if (bias is not null && kinds[Bias].Remove(bias)) kinds[LastBias].Add(bias);
    }

    private Plan Planned(List<ParameterFact>[] kinds, bool named) => kinds.SelectMany((members, kind) => members.Select(fact =>
        fact.Decide(null, Kinds[kind].Scale, WeightDecay, Kinds[kind].Decayed) with { Group = named ? Kinds[kind].Name : null })).ToPlan();

    private static bool IsFirstConvolution(List<ParameterFact> module, List<ParameterFact>[] kinds) =>
        ModuleTypes.IsConvolution(module[0].Owner) && kinds[FirstWeight].Count == 0;

    private static bool IsWeighted(OwnerFact? owner) =>
        ModuleTypes.IsConvolution(owner) || ModuleTypes.Is(owner, "Linear", "NonDynamicallyQuantizableLinear");

    private static bool IsNorm(OwnerFact? owner) => ModuleTypes.IsBatchNorm(owner) || ModuleTypes.Is(owner, "GroupNorm");

    private static bool IsLeaf(ParameterFact fact, ModelFacts facts)
    {
        var path = ParamwiseRules.ModuleOf(fact.Name);
        return path.Length > 0
            && !facts.Parameters.Any(p => ParamwiseRules.ModuleOf(p.Name).StartsWith(path + '.', StringComparison.Ordinal));
    }
}
