namespace LayerDecayGen.References;

/// <summary>
/// ELECTRA's layer rates: google-research/electra, <c>model/optimization.py</c>, <c>_get_layer_lrs</c> and <c>create_optimizer</c>.
/// </summary>
/// <remarks>
/// The reference reads TensorFlow's names with slashes; dotted names are rewritten to them. There no layer has <c>rate^1</c> (the last
/// encoder layer has <c>rate^2</c>, the task's head 1); a name that two keys hit is updated twice, one that none hits is refused; scalars
/// and norms of other names are decayed. Without parity layers count on without a gap, the layers of an annotated model win over names,
/// and what is neither embeddings nor encoder is the head's.
/// </remarks>
public sealed record ElectraRecipe : ReferenceRecipe
{
    /// <summary><c>layerwise_lr_decay_power</c>, in (0, 1]; null takes the one that the model declares. In parity 0 and below means none.</summary>
    public double? LayerDecay { get; init; }

    /// <summary><c>n_transformer_layers</c>; null counts them.</summary>
    public int? LayerCount { get; init; }

    /// <summary><c>weight_decay_rate</c>, 0 or above.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>TensorFlow's name of a parameter, for the reference's rule; null rewrites dotted names.</summary>
    public Func<string, string>? VariableName { get; init; }

    /// <inheritdoc/>
    public override string Name => "ELECTRA";

    internal override Plan Literal(ModelFacts facts)
    {
        var count = LayerCount ?? CountLayers(facts);
        var rate = Require.Finite(LayerDecay ?? facts.LayerDecay ?? throw VisionTransformerRecipe.NoRate(facts), nameof(LayerDecay));
        var variables = facts.Trainable().Select(fact => (Fact: fact, Name: VariableName?.Invoke(fact.Name) ?? ToVariableName(fact))).ToArray();
        if (rate <= 0) return ByDecay(variables, null, 1, null).ToPlan();
        if (variables.FirstOrDefault(v => !Keys(count).Any(k => v.Name.Contains(k.Key, StringComparison.Ordinal))).Name is { } lost)
            throw new PlanException($"No key of the reference is in '{lost}', which so has no learning rate: the reference fails on it.");
        return Keys(count).SelectMany(k => ByDecay(
            variables.Where(v => v.Name.Contains(k.Key, StringComparison.Ordinal)), k.Layer, Math.Pow(rate, count + 2 - k.Layer), k.Key)).ToPlan();
    }

    internal override Plan Corrected(ModelFacts facts)
    {
        var rate = Require.Decay(LayerDecay ?? facts.LayerDecay ?? throw VisionTransformerRecipe.NoRate(facts), nameof(LayerDecay));
        Require.NotNegative(WeightDecay, nameof(WeightDecay));
        var declared = facts.Parameters.Any(p => p.Layer is not null);
        var last = declared ? facts.LastLayer() : CountLayers(facts) + 1;
        return facts.Trainable().Select(fact =>
        {
            var layer = declared ? facts.LayerOf(fact)
                : EncoderLayer(fact.Name) + 1 ?? (Parts(fact.Name).Any(p => p is "embeddings" or "embeddings_project") ? 0 : last);
            var exempt = fact.Dimensions == 0 || IsNorm(fact) || fact.LastSegment == "bias" || IsNamedExempt(fact.Name);
            return fact.Decide(layer, Math.Pow(rate, last - layer), WeightDecay, !exempt);
        }).ToPlan();
    }

    private static IEnumerable<(string Key, int Layer)> Keys(int count) =>
    [
        ("/embeddings/", 0), ("/embeddings_project/", 0), .. Enumerable.Range(0, count).Select(n => ($"encoder/layer_{n}/", n + 1)),
        ("task_specific/", count + 2),
    ];

    private IEnumerable<PlannedParameter> ByDecay(
        IEnumerable<(ParameterFact Fact, string Name)> variables, int? layer, double scale, string? group) => variables
        .Select(v => v.Fact.Decide(layer, scale, WeightDecay, !IsNamedExempt(v.Name)) with { Group = group });

    private static bool IsNamedExempt(string name) => name.Contains("LayerNorm", StringComparison.Ordinal)
        || name.Contains("layer_norm", StringComparison.Ordinal) || name.Contains("bias", StringComparison.Ordinal);

    private static bool IsNorm(ParameterFact fact) => ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm;

    private static int CountLayers(ModelFacts facts) => 1 + facts.Parameters.Select(p => EncoderLayer(p.Name) ?? -1).DefaultIfEmpty(-1).Max();

    // encoder.layer.3 of torch, encoder/layer_3 of TensorFlow.
    private static int? EncoderLayer(string name)
    {
        var parts = Parts(name);
        var at = Array.IndexOf(parts, "encoder") + 1;
        if (at == 0 || at >= parts.Length) return null;
        var number = parts[at] == "layer" ? parts.ElementAtOrDefault(at + 1)
            : parts[at].StartsWith("layer_", StringComparison.Ordinal) ? parts[at]["layer_".Length..] : null;
        return VitNames.IsNumber(number ?? "", out var layer) ? layer : null;
    }

    private static string[] Parts(string name) => name.Split('.', '/');

    private static string ToVariableName(ParameterFact fact)
    {
        if (!fact.Name.Contains('.', StringComparison.Ordinal)) return fact.Name;
        var parts = Parts(fact.Name).ToList();
        for (var i = parts.Count - 1; i > 0; i--)
        {
            if (parts[i - 1] != "layer" || !VitNames.IsNumber(parts[i], out _)) continue;
            parts[i - 1] = $"layer_{parts[i]}";
            parts.RemoveAt(i);
        }

        var isNorm = IsNorm(fact) || IsNamedExempt(parts[^2]);
        var isEmbedding = ModuleTypes.Is(fact.Owner, "Embedding") || fact.Role == ParameterRole.Embedding
            || (fact.Owner is null && parts[^2].EndsWith("embeddings", StringComparison.Ordinal));
        if (parts[^1] == "weight" && isEmbedding) parts.RemoveAt(parts.Count - 1);
        else if (parts[^1] == "weight") parts[^1] = isNorm ? "gamma" : "kernel";
        else if (parts[^1] == "bias" && isNorm) parts[^1] = "beta";
        if (parts[0] is not ("electra" or "bert" or "generator")) parts.Insert(0, "task_specific");
        return string.Join('/', parts);
    }
}
