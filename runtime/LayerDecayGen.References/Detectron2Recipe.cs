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
/// Corrected without parity: <see cref="Depth"/> follows the model, so that no scale passes 1; class tokens are the stem; names need not
/// start with <c>backbone</c>; a bias factor multiplies the depth's scale instead of replacing it; groups merge whatever order their fields
/// were set in; an override that matches nothing is an error. The layers of an annotated model win over names.
/// </remarks>
public sealed record Detectron2Recipe : IRecipe
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

    /// <summary>Whether to give the reference's result to the letter.</summary>
    public bool Parity { get; init; }

    /// <inheritdoc/>
    public string Name => "detectron2";

    /// <inheritdoc/>
    public Plan Plan(ModelFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        CheckOptions(facts);
        var notes = new Notes();
        var layers = LayerDecay is null ? null : new VitDetLayers(this, facts, notes);
        return new Plan([.. facts.Trainable().Select(fact => Decide(fact, layers, notes))]) { Warnings = notes.ToImmutable(), Parity = Parity };
    }

    private void CheckOptions(ModelFacts facts)
    {
        if (BaseLearningRate is { } rate) Check.NotNegative(rate, nameof(BaseLearningRate));
        if (WeightDecay is { } decay) Check.NotNegative(decay, nameof(WeightDecay));
        if (NormWeightDecay is { } norm) Check.NotNegative(norm, nameof(NormWeightDecay));
        if (BiasWeightDecay is { } bias) Check.NotNegative(bias, nameof(BiasWeightDecay));
        Check.NotNegative(BiasLearningRateFactor, nameof(BiasLearningRateFactor));
        if (LayerDecay is { } layerDecay && Parity) Check.Finite(layerDecay, nameof(LayerDecay));
        else if (LayerDecay is { } checkedDecay) Check.Rate(checkedDecay, nameof(LayerDecay), facts);
        CheckNeedsRate(BiasLearningRateFactor != 1, nameof(BiasLearningRateFactor));
        CheckNeedsRate(LayerDecay is not null, nameof(LayerDecay));
        CheckOverrides(facts);
    }

    private void CheckNeedsRate(bool isUsed, string option)
    {
        if (isUsed && Parity && BaseLearningRate is null)
            throw new PlanException($"{option} needs {nameof(BaseLearningRate)}, which is not set.");
    }

    private void CheckOverrides(ModelFacts facts)
    {
        if (Overrides.Any(o => o.Name == "bias") && (BiasLearningRateFactor != 1 || BiasWeightDecay is not null))
        {
            throw new PlanException($"{nameof(Overrides)} has 'bias' beside {nameof(BiasLearningRateFactor)} or {nameof(BiasWeightDecay)}: leave one of them.");
        }

        if (Overrides.GroupBy(o => o.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new PlanException($"{nameof(Overrides)} has '{twice.Key}' twice: leave one of them.");
        }

        if (Parity) return;
        foreach (var entry in Overrides.Select(o => o.Name).Where(name => facts.Parameters.All(p => p.LastSegment != name)))
        {
            throw NameList.Unmatched(entry, facts, nameof(Overrides));
        }
    }

    private PlannedParameter Decide(ParameterFact fact, VitDetLayers? layers, Notes notes)
    {
        var layer = layers?.LayerOf(fact);
        var scale = layer is { } l ? layers!.ScaleOf(l) : 1;
        var fields = Defaults(fact, scale);
        if (fact.LastSegment == "bias" && BiasLearningRateFactor != 1)
        {
            if (!Parity && scale != 1)
                notes.AddNamed($"{Name}: the bias factor replaces the depth's scale in the reference; it multiplies it here", fact.Name);
            scale = (Parity ? 1 : scale) * BiasLearningRateFactor;
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
            Group = Parity ? fields.Text() : null,
        };
    }

    private ImmutableArray<KeyValuePair<string, object>> Defaults(ParameterFact fact, double scale)
    {
        ImmutableArray<KeyValuePair<string, object>> fields = [];
        if (BaseLearningRate is { } rate) fields = fields.With("lr", rate * scale);
        if (WeightDecay is { } decay) fields = fields.With("weight_decay", decay);
        return NormWeightDecay is { } norm && ModuleTypes.IsNorm(fact.Owner) ? fields.With("weight_decay", norm) : fields;
    }
}
