namespace LayerDecayGen.References;

/// <summary>
/// MMAction2's groups for TSM: open-mmlab/mmaction2, <c>mmaction/engine/optimizers/tsm_optim_wrapper_constructor.py</c>,
/// <c>TSMOptimWrapperConstructor</c>. Biases learn twice as fast and are not decayed, norms are not decayed, the classifier learns five
/// (weight) and ten (bias) times as fast.
/// </summary>
/// <remarks>
/// Corrected without parity: frozen parameters are left out; parameters held beside child modules and those of other modules are planned;
/// the classifier's bias is its own, not another layer's; tied tensors are planned once.
/// </remarks>
public sealed record MMActionTsmRecipe : IRecipe
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

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "MMAction2 TSM";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (FastClassifier is not { } fast)
            throw new PlanException($"{nameof(FastClassifier)} (fc_lr5) is not set: say whether the classifier learns faster.");
        if (WeightDecay is { } decay) Check.NotNegative(decay, nameof(WeightDecay));
        var notes = new Notes();
        var kinds = Enumerable.Range(0, Kinds.Length).Select(_ => new List<ParameterFact>()).ToArray();
        var modules = facts.Parameters.GroupBy(p => ParamwiseRules.ModuleOf(p.Name), StringComparer.Ordinal).ToList();
        foreach (var module in modules) Sort([.. module], facts, kinds, notes);
        MoveClassifier(kinds, fast, notes);
        if (Parity) Ties.RefuseDuplicates(kinds.SelectMany(k => k), facts);
        var plan = kinds.SelectMany((members, kind) => members.Select(fact => Decide(fact, kind)));
        return new Plan([.. plan]) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private PlannedParameter Decide(ParameterFact fact, int kind)
    {
        var (name, scale, decayed) = Kinds[kind];
        return fact.Decide(null, scale, WeightDecay, decayed) with { Group = Parity ? name : null };
    }

    private void Sort(List<ParameterFact> module, ModelFacts facts, List<ParameterFact>[] kinds, Notes notes)
    {
        if (Ties.IsOfSharedModule(module[0], facts)) return;
        var owner = module[0].Owner;
        if (!Parity) module.RemoveAll(p => p.TiedTo is not null || IsLeftOut(p, notes));
        if (module.Count == 0) return;
        if (ModuleTypes.IsConvolution(owner)) SortWeighted(module, kinds, isFirst: kinds[FirstWeight].Count == 0);
        else if (ModuleTypes.Is(owner, "Linear", "NonDynamicallyQuantizableLinear")) SortWeighted(module, kinds, isFirst: false);
        else if (ModuleTypes.IsBatchNorm(owner) || ModuleTypes.Is(owner, "GroupNorm")) kinds[Norm].AddRange(module.Where(p => !p.Frozen));
        else SortOther(module, facts, kinds, notes);
    }

    private bool IsLeftOut(ParameterFact fact, Notes notes)
    {
        if (fact.Frozen && !ModuleTypes.IsBatchNorm(fact.Owner) && !ModuleTypes.Is(fact.Owner, "GroupNorm"))
        {
            notes.AddNamed($"{Name}: grouped by the reference although frozen, left out here", fact.Name);
        }

        return fact.Frozen;
    }

    // The first parameter is the weight; a second is the bias only where there are exactly two.
    private void SortWeighted(List<ParameterFact> module, List<ParameterFact>[] kinds, bool isFirst)
    {
        if (!Parity)
        {
            kinds[isFirst ? FirstWeight : Weight].AddRange(module.Where(p => p.Dimensions > 1));
            kinds[isFirst ? FirstBias : Bias].AddRange(module.Where(p => p.Dimensions <= 1));
            return;
        }

        kinds[isFirst ? FirstWeight : Weight].Add(module[0]);
        if (module.Count == 2) kinds[isFirst ? FirstBias : Bias].Add(module[1]);
    }

    private void SortOther(List<ParameterFact> module, ModelFacts facts, List<ParameterFact>[] kinds, Notes notes)
    {
        var path = ParamwiseRules.ModuleOf(module[0].Name);
        var isLeaf = path.Length > 0 && !facts.Parameters.Any(p => ParamwiseRules.ModuleOf(p.Name).StartsWith(path + '.', StringComparison.Ordinal));
        if (Parity)
        {
            if (isLeaf) throw new PlanException($"'{module[0].Name}' belongs to a '{module[0].Owner?.TypeName}', for which the reference has no rule.");
            return;
        }

        foreach (var fact in module)
        {
            notes.AddNamed($"{Name}: {(isLeaf ? "refused" : "lost")} by the reference, planned here", fact.Name);
            kinds[ModuleTypes.IsNorm(fact.Owner) ? Norm : fact.Dimensions > 1 ? Weight : Bias].Add(fact);
        }
    }

    private void MoveClassifier(List<ParameterFact>[] kinds, bool fast, Notes notes)
    {
        if (Parity && (kinds[Weight].Count == 0 || kinds[Bias].Count == 0))
        {
            throw new PlanException("The model has no weight or no bias beside its first convolution: the reference fails on it.");
        }

        if (!fast || kinds[Weight].Count == 0) return;
        var weight = kinds[Weight][^1];
        Move(kinds, Weight, LastWeight, weight);
        var last = kinds[Bias].Count == 0 ? null : kinds[Bias][^1];
        var isOwn = last is not null && ParamwiseRules.ModuleOf(last.Name) == ParamwiseRules.ModuleOf(weight.Name);
        if (Parity || isOwn) Move(kinds, Bias, LastBias, last!);
        else if (last is not null) notes.AddNamed($"{Name}: sped up by the reference as the classifier's bias, which it is not", last.Name);
    }

    private static void Move(List<ParameterFact>[] kinds, int from, int to, ParameterFact fact)
    {
        kinds[from].Remove(fact);
        kinds[to].Add(fact);
    }
}
