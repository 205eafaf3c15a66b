namespace LayerDecayGen.References;

/// <summary>
/// What the layer-decay constructors of mmdetection and mmsegmentation share: layers by names below <c>backbone.</c>, lr scale
/// <c>decay_rate^(num_layers + 1 - layer)</c>, one group per layer and kind of decay. Other parameter-wise options do nothing.
/// </summary>
/// <remarks>
/// In the references <see cref="LayerCount"/> is not checked, so that scales can pass 1; names below a further prefix are all at scale 1; a
/// member called <c>module</c> hides everything else. Without parity the layers of an annotated model win over names, else they are the
/// model's and count on without a gap, tokens of the backbone are the stem, and any prefix is found.
/// </remarks>
public abstract record LayerDecayConstructorRecipe : ReferenceRecipe
{
    private protected const string Backbone = "backbone.";

    /// <summary><c>decay_rate</c> (<c>layer_decay_rate</c>), in (0, 1]; null takes the one that the model declares.</summary>
    public double? LayerDecay { get; init; }

    /// <summary><c>num_layers</c>: the layers between stem and head. The references fail without it; null counts them.</summary>
    public int? LayerCount { get; init; }

    /// <summary>The <c>lr</c> of the optimizer's configuration. Plans do not need it; the references fail without it.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The <c>weight_decay</c> of the optimizer's configuration; null leaves it to the optimizer's own.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>The class of the backbone; null reads it from a parameter that the backbone holds itself, where it has one.</summary>
    public string? BackboneType { get; init; }

    internal override Plan Literal(ModelFacts facts)
    {
        var seen = ParamwiseRules.Unwrapped(facts);
        var nameOf = ParamwiseRules.UnwrappedName(facts);
        if (LearningRate is null) throw Missing(nameof(LearningRate), "lr");
        var rate = Require.Finite(LayerDecay ?? throw Missing(nameof(LayerDecay), "decay_rate"), nameof(LayerDecay));
        var count = LayerCount ?? throw Missing(nameof(LayerCount), "num_layers");
        var named = seen with { Parameters = [.. seen.Parameters.Select(p => p with { Name = nameOf(p.Name) })] };
        var layerOf = LiteralLayers(named, count);
        if (!seen.Trainable().Any()) throw new PlanException($"{facts.ModelName} has no trainable parameter: the reference makes an empty optimizer, which fails.");
        return seen.Trainable().Select(fact =>
        {
            var name = nameOf(fact.Name);
            var (layer, kind) = (layerOf(name), LiteralKind(name, fact));
            return fact.Decide(layer, Math.Pow(rate, count + 1 - layer), WeightDecay, kind == "decay") with { Group = $"layer_{layer}_{kind}" };
        }).ToPlan();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        var rate = Require.Decay(LayerDecay ?? facts.LayerDecay ?? throw Missing(nameof(LayerDecay), "decay_rate"), nameof(LayerDecay));
        if (WeightDecay is { } decay) Require.NotNegative(decay, nameof(WeightDecay));
        if (facts.Parameters.Any(p => p.Layer is not null)) return Planned(facts, rate, facts.LastLayer(), fact => facts.LayerOf(fact));
        var prefix = VitNames.FindPrefix(facts, Backbone, BlockProbe);
        var names = facts.Parameters.Select(p => VitNames.Below(prefix, p.Name)).OfType<string>().ToList();
        var (last, layerOf) = CorrectedLayers(names);
        return Planned(facts, rate, last, fact => VitNames.Below(prefix, fact.Name) is { } name ? layerOf(name) : last);
    }

    /// <summary>The layer that the reference reads off a whole name; <paramref name="count"/> + 1 is the head.</summary>
    internal abstract Func<string, int> LiteralLayers(ModelFacts facts, int count);

    /// <summary>The head's layer and the layer of a name behind the prefix.</summary>
    internal abstract (int Last, Func<string, int> LayerOf) CorrectedLayers(IReadOnlyList<string> names);

    /// <summary>A number where a name behind the prefix lies in a block.</summary>
    internal abstract int? BlockProbe(string name);

    /// <summary>The kind of decay in a group's name; all but <c>decay</c> are without.</summary>
    internal virtual string LiteralKind(string name, ParameterFact fact) =>
        fact.Dimensions == 1 || name.EndsWith(".bias", StringComparison.Ordinal) || name is "pos_embed" or "cls_token" ? "no_decay" : "decay";

    internal virtual bool IsExempt(ParameterFact fact) =>
        fact.Dimensions <= 1 || fact.LastSegment is "bias" or "pos_embed" or "cls_token";

    private protected static bool IsToken(string name) => name is "cls_token" or "mask_token" or "pos_embed";

    private protected static bool Starts(string name, string start) => name.StartsWith(start, StringComparison.Ordinal);

    private Plan Planned(ModelFacts facts, double rate, int last, Func<ParameterFact, int> layerOf) => facts.Trainable().Select(fact =>
    {
        var layer = layerOf(fact);
        return fact.Decide(layer, Math.Pow(rate, last - layer), WeightDecay, !IsExempt(fact));
    }).ToPlan();

    private static PlanException Missing(string option, string key) => new($"{option} ({key}) is not set: the reference fails without it.");
}
