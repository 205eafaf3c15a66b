namespace LayerDecayGen.References;

/// <summary>
/// The groups of the transformers Trainer: huggingface/transformers, <c>trainer.py</c>, <c>Trainer.create_optimizer</c> and
/// <c>get_decay_parameter_names</c>, with <c>get_parameter_names</c> of <c>trainer_pt_utils.py</c>: decayed and not, no layer decay.
/// </summary>
/// <remarks>
/// There only an <c>nn.LayerNorm</c> inside the model counts by type; every other norm, and every bias, by the text of its name, so that
/// <c>norm1.weight</c> of a batch norm is decayed and <c>relative_attention_bias.weight</c> is not. Without parity norms count by type
/// and role, biases by the last part of the name, and parameters without dimensions are not decayed. Embeddings and other vectors are
/// decayed either way.
/// </remarks>
public sealed record TransformersRecipe : ReferenceRecipe
{
    private static readonly string[] Anywhere = ["bias", "layernorm", "rmsnorm"];

    /// <summary><c>weight_decay</c> of the training arguments, 0 or above.</summary>
    public required double WeightDecay { get; init; }

    /// <inheritdoc/>
    public override string Name => "transformers Trainer";

    internal override Plan Literal(ModelFacts facts) => Planned(
        facts, fact => !IsInsideLayerNorm(fact, facts) && !IsNamedExempt(fact.Name), decayed => decayed ? "decay" : "no_decay");

    internal override Plan Corrected(ModelFacts facts) => Planned(facts, fact => !(
        ModuleTypes.IsNorm(fact.Owner) || fact.Role == ParameterRole.Norm || fact.LastSegment == "bias" || fact.Dimensions == 0
        || (fact.Dimensions == 1 && IsNamedExempt(fact.Name))), _ => null);

    private Plan Planned(ModelFacts facts, Func<ParameterFact, bool> isDecayed, Func<bool, string?> group)
    {
        Require.NotNegative(WeightDecay, nameof(WeightDecay));
        var met = facts.Trainable().ToLookup(isDecayed);
        return met[true].Select(f => f.Decide(null, 1, WeightDecay) with { Group = group(true) })
            .Concat(met[false].Select(f => f.Decide(null, 1, WeightDecay, decayed: false) with { Group = group(false) })).ToPlan();
    }

    // Types are looked at from the outside, so a model that is a norm itself does not count, and what a norm holds does.
    private static bool IsInsideLayerNorm(ParameterFact fact, ModelFacts facts)
    {
        for (var module = ParamwiseRules.ModuleOf(fact.Name); module.Length > 0; module = ParamwiseRules.ModuleOf(module))
        {
            var owner = facts.Parameters.FirstOrDefault(p => ParamwiseRules.ModuleOf(p.Name) == module)?.Owner;
            if (ModuleTypes.Is(owner, "LayerNorm")) return true;
        }

        return false;
    }

    private static bool IsNamedExempt(string name)
    {
        var lower = name.ToLowerInvariant();
        return Anywhere.Any(part => lower.Contains(part, StringComparison.Ordinal))
            || lower.Split('.').Any(s => s == "norm" || s.EndsWith("_norm", StringComparison.Ordinal));
    }
}
