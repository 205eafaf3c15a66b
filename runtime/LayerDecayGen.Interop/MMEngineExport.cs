using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LayerDecayGen.References;

namespace LayerDecayGen.Interop;

/// <summary>
/// Writes a plan as mmengine's <c>custom_keys</c>, so that MMAction2's runner (and every other that builds its optimizer through mmengine)
/// forms the same groups.
/// </summary>
/// <remarks>
/// The rule that reads the keys is mmengine's <c>DefaultOptimWrapperConstructor</c>: the longest key that is a substring of a name wins.
/// </remarks>
/// <param name="Facts">The model.</param>
/// <param name="Plan">What was decided for it.</param>
public sealed record MMEngineExport(ModelFacts Facts, Plan Plan)
{
    /// <summary>
    /// What is put before every name, for example <c>backbone.</c>. Empty, or with names that start with it already, keeps names as they
    /// are.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>The class of the optimizer, for the fragment.</summary>
    public string Optimizer { get; init; } = "AdamW";

    /// <summary>The base learning rate, which <c>lr_mult</c> multiplies.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The base weight decay, which <c>decay_mult</c> multiplies.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>Further fields of the optimizer in the fragment, in order, such as <c>betas</c>.</summary>
    public ImmutableArray<KeyValuePair<string, object>> OptimizerFields { get; init; } = [];

    /// <summary>
    /// One key per parameter, by full name: the notebook's form. Parameters that the plan does not train have factors of 0.
    /// </summary>
    /// <exception cref="PlanException">mmengine cannot express the plan: several optimizers, a field that is no argument's name.</exception>
    public ImmutableArray<CustomKey> KeysByParameter()
    {
        Check();
        var names = NotTrained.Of(Facts, Plan).Select(p => new CustomKey(NameOf(p.Name)) { LearningRateMultiplier = 0, DecayMultiplier = 0 });
        return [.. Plan.Parameters.Select(p => KeyOf(p) with { Key = NameOf(p.Fact.Name) }), .. names];
    }

    /// <summary>
    /// As few keys of whole path segments as give every parameter its own settings under mmengine's rule, where no longer key ever corrects
    /// the rate of a shorter one. Paths end with a dot, so that <c>blocks.1.</c> leaves <c>blocks.10</c> alone; parameters at base rate and
    /// base weight decay need no key.
    /// </summary>
    public ImmutableArray<CustomKey> MinimalKeys()
    {
        return CustomKeyMinimizer.Minimize(KeysByParameter());
    }

    /// <summary>Keys as JSON, one a line: <c>{"backbone.blocks.0.": {"lr_mult": …, "decay_mult": …}}</c>.</summary>
    /// <param name="keys">What <see cref="KeysByParameter"/> or <see cref="MinimalKeys"/> gives.</param>
    public static string ToJson(ImmutableArray<CustomKey> keys)
    {
        var lines = keys.Select(k => $"  {PythonText.Json(k.Key)}: {{{string.Join(", ", Fields(k).Select(f => $"{PythonText.Json(f.Key)}: {PythonText.JsonValue(f.Value)}"))}}}");
        return keys.IsEmpty ? "{}\n" : $"{{\n{string.Join(",\n", lines)}\n}}\n";
    }

    /// <summary>
    /// A Python configuration fragment with <c>optim_wrapper</c> and its <c>paramwise_cfg.custom_keys</c>; literals only.
    /// </summary>
    public string ToFragment()
    {
        var keys = MinimalKeys();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Optimizer groups of {PythonText.Shown(Facts.ModelName)}: {Plan.Parameters.Length} parameters");
        if (NotTrained.Of(Facts, Plan).Count() is > 0 and var still) text.Append(CultureInfo.InvariantCulture, $", {still} not trained (lr_mult=0, decay_mult=0)");
        text.Append(CultureInfo.InvariantCulture, $", {keys.Length} keys. In mmengine the longest key found in a name wins.\n");
        foreach (var key in keys.Where(k => Prefix.Length > 0 && !k.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            text.Append(CultureInfo.InvariantCulture, $"# {PythonText.Quote(key.Key)} is not below {PythonText.Quote(Prefix)}: it also hits inside longer names of other modules.\n");
        }

        text.Append("optim_wrapper = dict(\n    optimizer=dict(");
        text.Append(CultureInfo.InvariantCulture, $"type={PythonText.Quote(Optimizer)}, lr={PythonText.Number(LearningRate)}, weight_decay={PythonText.Number(WeightDecay)}");
        foreach (var (name, value) in OptimizerFields) text.Append(CultureInfo.InvariantCulture, $", {PythonText.Identifier(name, "The optimizer field")}={PythonText.Value(value)}");
        text.Append("),\n    paramwise_cfg=dict(\n        custom_keys={\n");
        foreach (var key in keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"            {PythonText.Quote(key.Key)}: dict({string.Join(", ", Fields(key).Select(f => $"{PythonText.Identifier(f.Key, "The group field")}={PythonText.Value(f.Value)}"))}),\n");
        }

        return text.Append("        }))\n").ToString();
    }

    private static IEnumerable<KeyValuePair<string, object>> Fields(CustomKey key)
    {
        if (key.LearningRate is { } rate) yield return new("lr", rate);
        else yield return new("lr_mult", key.LearningRateMultiplier ?? 1);
        if (key.WeightDecay is { } decay) yield return new("weight_decay", decay);
        else yield return new("decay_mult", key.DecayMultiplier ?? 1);
        foreach (var field in key.Extra) yield return field;
    }

    private void Check()
    {
        Numbers.CheckPositive(LearningRate, nameof(LearningRate));
        Numbers.CheckNotNegative(WeightDecay, nameof(WeightDecay));
        var twice = Plan.Parameters.GroupBy(p => p.Fact.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new PlanException($"'{twice.Key}' is in the plan twice: mmengine can give it one setting.");
        NotTrained.RefuseSplit(Plan);
    }

    private string NameOf(string name) => Prefixes.Add(Prefix, name, Facts);

    // A weight decay that no factor gives back to the last digit is stated outright; mmengine lets a key do that.
    private CustomKey KeyOf(PlannedParameter planned)
    {
        var decay = planned.WeightDecay ?? WeightDecay;
        var factor = decay == 0 ? 0 : decay / WeightDecay;
        var isExact = double.IsFinite(factor) && WeightDecay * factor == decay;
        return new CustomKey(planned.Fact.Name)
        {
            LearningRateMultiplier = planned.LearningRate is null ? planned.LearningRateScale : null,
            LearningRate = planned.LearningRate,
            DecayMultiplier = isExact ? factor : null,
            WeightDecay = isExact ? null : decay,
            // A plan in mmengine's parity carries the factors along as the reference does; here they are fields already.
            Extra = planned.Extra.RemoveRange(["lr_mult", "decay_mult", "lr", "weight_decay"]),
        };
    }
}
