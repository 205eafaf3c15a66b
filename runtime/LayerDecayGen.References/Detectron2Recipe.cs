using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>Fields for parameters whose last name segment is <paramref name="Name"/>, such as <c>bias</c> or <c>pos_embed</c>.</summary>
/// <param name="Name">The last segment, exactly.</param>
/// <param name="Fields"><c>lr</c>, <c>weight_decay</c> and further fields of the optimizer, in order.</param>
public sealed record ParameterOverride(string Name, ImmutableArray<KeyValuePair<string, object>> Fields);

/// <summary>
/// detectron2's groups: facebookresearch/detectron2, <c>detectron2/solver/build.py</c>, <c>get_default_optimizer_params</c>, with ViTDet's
/// layer decay (<c>detectron2/modeling/backbone/vit.py</c>, <c>get_vit_lr_decay_rate</c>) where <see cref="LayerDecay"/> is set.
/// </summary>
/// <remarks>
/// In the reference scales pass 1 when <see cref="Depth"/> is too small; class tokens and names that do not start with <c>backbone</c> are
/// at scale 1; a bias factor replaces the depth's scale; groups merge only where their fields were set in one order. Without parity the
/// layers of an annotated model win over names, and an override that matches nothing is an error.
/// </remarks>
public sealed record Detectron2Recipe : ReferenceRecipe
{
    /// <summary><c>base_lr</c>; null leaves rates to the optimizer.</summary>
    public double? BaseLearningRate { get; init; }

    /// <summary><c>weight_decay</c>; null leaves it to the optimizer.</summary>
    public double? WeightDecay { get; init; }

    /// <summary><c>weight_decay_norm</c>: the weight decay of normalisation layers; null treats them as everything else.</summary>
    public double? NormWeightDecay { get; init; }

    /// <summary><c>bias_lr_factor</c>: the factor on the rate of biases, those of norms included.</summary>
    public double BiasLearningRateFactor { get; init; } = 1;

    /// <summary>
    /// <c>weight_decay_bias</c>: the weight decay of biases, those of norms included; null treats them as everything else.
    /// </summary>
    public double? BiasWeightDecay { get; init; }

    /// <summary><c>overrides</c>: fields by last name segment; they replace what the other options say.</summary>
    public ImmutableArray<ParameterOverride> Overrides { get; init; } = [];

    /// <summary>ViTDet's <c>lr_decay_rate</c>, in (0, 1]; null for no layer decay.</summary>
    public double? LayerDecay { get; init; }

    /// <summary>ViTDet's <c>num_layers</c>; null counts the blocks.</summary>
    public int? Depth { get; init; }

    /// <inheritdoc/>
    public override string Name => "detectron2";

    internal override double? StatedRate => BaseLearningRate;

    internal override Plan Literal(ModelFacts facts)
    {
        CheckOverrides();
        CheckNeedsRate(BiasLearningRateFactor != 1, nameof(BiasLearningRateFactor));
        CheckNeedsRate(LayerDecay is not null, nameof(LayerDecay));
        var depth = Depth ?? CountBlocks(facts);
        return Planned(facts, depth, fact => LiteralLayer(Text(fact), depth), (_, factor) => factor, fields => fields.Text());
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        CheckNumbers();
        CheckOverrides();
        NameList.EnsureEachMatches(Overrides.Select(o => o.Name), facts, nameof(Overrides), (o, name) => name[(name.LastIndexOf('.') + 1)..] == o);
        var declared = facts.Parameters.Any(p => p.Layer is not null);
        var depth = LayerDecay is null ? 0 : declared ? facts.LastLayer() - 1 : CountBlocks(facts);
        var hasBackbone = facts.Parameters.Any(p => IsBackbone(p.Name));
        return Planned(
            facts, depth,
            fact => declared ? facts.LayerOf(fact) : hasBackbone && !IsBackbone(Text(fact)) ? depth + 1 : CorrectedLayer("." + fact.Name, depth),
            (scale, factor) => scale * factor, _ => null);
    }

    private Plan Planned(
        ModelFacts facts, int depth, Func<ParameterFact, int> layerOf, Func<double, double, double> biasScale,
        Func<ImmutableArray<KeyValuePair<string, object>>, string?> group)
    {
        return facts.Trainable().Select(Decide).ToPlan();

        PlannedParameter Decide(ParameterFact fact)
        {
            int? layer = LayerDecay is null ? null : layerOf(fact);
            var scale = layer is { } l ? Math.Pow(LayerDecay!.Value, depth + 1 - l) : 1;
            var fields = Defaults(fact, scale);
            if (fact.LastSegment == "bias" && BiasLearningRateFactor != 1)
            {
                scale = biasScale(scale, BiasLearningRateFactor);
                fields = fields.With("lr", (BaseLearningRate ?? 1) * scale);
            }

            if (fact.LastSegment == "bias" && BiasWeightDecay is { } decay) fields = fields.With("weight_decay", decay);
            var own = Overrides.FirstOrDefault(o => o.Name == fact.LastSegment)?.Fields ?? [];
            fields = fields.With(own);
            var where = $"The override of '{fact.LastSegment}'";
            var rate = own.Number("lr", where);
            return fact.Decide(layer, rate is null ? scale : 1, fields.Number("weight_decay", where)) with
            {
                LearningRate = rate * fact.LearningRateScale,
                Extra = fields.Further(),
                Group = group(fields),
            };
        }
    }

    private ImmutableArray<KeyValuePair<string, object>> Defaults(ParameterFact fact, double scale)
    {
        ImmutableArray<KeyValuePair<string, object>> fields = [];
        if (BaseLearningRate is { } rate) fields = fields.With("lr", rate * scale);
        if (WeightDecay is { } decay) fields = fields.With("weight_decay", decay);
        return NormWeightDecay is { } norm && ModuleTypes.IsNorm(fact.Owner) ? fields.With("weight_decay", norm) : fields;
    }

    private void CheckNumbers()
    {
        if (BaseLearningRate is { } rate) Require.NotNegative(rate, nameof(BaseLearningRate));
        if (WeightDecay is { } decay) Require.NotNegative(decay, nameof(WeightDecay));
        if (NormWeightDecay is { } norm) Require.NotNegative(norm, nameof(NormWeightDecay));
        if (BiasWeightDecay is { } bias) Require.NotNegative(bias, nameof(BiasWeightDecay));
        Require.NotNegative(BiasLearningRateFactor, nameof(BiasLearningRateFactor));
        if (LayerDecay is { } layerDecay) Require.Decay(layerDecay, nameof(LayerDecay));
    }

    private void CheckNeedsRate(bool isUsed, string option)
    {
        if (isUsed && BaseLearningRate is null) throw new PlanException($"{option} needs {nameof(BaseLearningRate)}, which is not set.");
    }

    private void CheckOverrides()
    {
        if (Overrides.Any(o => o.Name == "bias") && (BiasLearningRateFactor != 1 || BiasWeightDecay is not null))
        {
            throw new PlanException(
                $"{nameof(Overrides)} has 'bias' beside {nameof(BiasLearningRateFactor)} or {nameof(BiasWeightDecay)}: leave one of them.");
        }

        if (Overrides.GroupBy(o => o.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new PlanException($"{nameof(Overrides)} has '{twice.Key}' twice: leave one of them.");
    }

    // ViTDet's layers by name: a dot must stand before pos_embed, patch_embed and blocks; residual blocks are new.
    private static int LiteralLayer(string text, int depth)
    {
        if (!IsBackbone(text)) return depth + 1;
        if (Has(text, ".pos_embed") || Has(text, ".patch_embed")) return 0;
        if (!Has(text, ".blocks.") || Has(text, ".residual.")) return depth + 1;
        return VitNames.Number(text[text.IndexOf(".blocks.", StringComparison.Ordinal)..], 2) + 1;
    }

    private static int CorrectedLayer(string text, int depth) =>
        Has(text, ".cls_token") || Has(text, ".pos_embed") || Has(text, ".patch_embed") ? 0
        : Has(text, ".residual.") ? depth + 1 : BlockOf(text) + 1 ?? depth + 1;

    private static int CountBlocks(ModelFacts facts) => 1 + facts.Parameters.Select(p => BlockOf("." + p.Name) ?? -1).DefaultIfEmpty(-1).Max();

    private static string Text(ParameterFact fact) => CustomKeyMatcher.TextOf(fact.Name);

    private static bool IsBackbone(string text) => text.StartsWith("backbone", StringComparison.Ordinal);

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);

    private static int? BlockOf(string text)
    {
        const string blocks = ".blocks.";
        var at = text.IndexOf(blocks, StringComparison.Ordinal);
        return at >= 0 && VitNames.IsNumber(text[(at + blocks.Length)..].Split('.')[0], out var index) ? index : null;
    }
}
