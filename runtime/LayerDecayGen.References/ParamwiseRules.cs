using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>mmengine's parameter-wise rules on one model.</summary>
internal sealed class ParamwiseRules(ParamwiseOptions options, ModelFacts facts, bool parity)
{
    /// <summary>The member that the reference takes for the model inside a wrapper.</summary>
    public const string Wrapper = "module.";

    private readonly CustomKeyMatcher _keys = new(options.CustomKeys);
    private readonly bool _unwraps = parity && facts.Parameters.Any(p => p.Name.StartsWith(Wrapper, StringComparison.Ordinal));
    private readonly Dictionary<string, OwnerFact?> _owners =
        facts.Parameters.GroupBy(p => ModuleOf(p.Name), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Owner, StringComparer.Ordinal);

    public ImmutableArray<string> DeformableTypes { get; init; } = [];

    /// <summary>The custom key of a parameter, by mmengine's text: a dot in front of a top-level name.</summary>
    public CustomKey? KeyOf(ParameterFact fact, string recipe, Notes notes)
    {
        var name = _unwraps ? fact.Name[Wrapper.Length..] : fact.Name;
        var text = name.Contains('.', StringComparison.Ordinal) ? name : "." + name;
        return Resolve(text, text, fact, recipe, notes);
    }

    /// <summary>
    /// The custom key by the text that the reference searches, or by the corrected one, with a note where that changes the key.
    /// </summary>
    public CustomKey? Resolve(string literal, string corrected, ParameterFact fact, string recipe, Notes notes)
    {
        var reference = _keys.Find(literal, wholeNumbers: false);
        if (parity) return reference;
        var key = _keys.Find(corrected, wholeNumbers: true);
        if (key?.Key == reference?.Key) return key;
        notes.AddNamed(
            literal == corrected ? $"{recipe}: hit by '{reference?.Key}' in the middle of a number, which the reference allows; whole numbers here"
            : $"{recipe}: missed by '{key?.Key}' in the reference, which puts no dot before top-level names; hit here",
            fact.Name);
        return key;
    }

    /// <summary>The factor on the rate that no key decides; null where no rule applies.</summary>
    public double? RateMultiplier(ParameterFact fact)
    {
        var module = ModuleOf(fact.Name);
        var inDeformable = IsInDeformable(module);
        double? multiplier = fact.LastSegment == "bias" && !ModuleTypes.IsNorm(fact.Owner) && !inDeformable ? options.BiasLearningRateMultiplier : null;
        var isOffset = inDeformable && module.Contains("conv_offset", StringComparison.Ordinal) && ModuleTypes.Is(fact.Owner, "Conv2d");
        return isOffset ? options.DeformableOffsetLearningRateMultiplier ?? multiplier : multiplier;
    }

    /// <summary>The factor on the weight decay that no key decides; null where no rule applies.</summary>
    public double? DecayMultiplier(ParameterFact fact, string recipe, Notes notes)
    {
        var inDeformable = IsInDeformable(ModuleOf(fact.Name));
        if (ModuleTypes.IsNorm(fact.Owner) && options.NormDecayMultiplier is { } norm) return norm;
        if (fact.LastSegment == "bias" && !inDeformable && options.BiasDecayMultiplier is { } bias) return bias;
        if (options.DepthwiseDecayMultiplier is { } depthwise && IsDepthwise(fact, recipe, notes)) return depthwise;
        return options.FlatDecayMultiplier is { } flat && !inDeformable && IsFlat(fact, recipe, notes) ? flat : null;
    }

    /// <summary>The dotted name of the module that holds a parameter; empty for the model itself.</summary>
    public static string ModuleOf(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";

    private bool IsInDeformable(string module) =>
        module.Length > 0 && _owners.TryGetValue(ModuleOf(module), out var parent) && parent is not null && DeformableTypes.Any(t => parent.TypeName.StartsWith(t, StringComparison.Ordinal));

    private bool IsDepthwise(ParameterFact fact, string recipe, Notes notes)
    {
        var reference = ModuleTypes.IsDepthwiseByMMEngine(fact.Owner);
        if (parity || reference == ModuleTypes.IsDepthwise(fact.Owner)) return reference;
        notes.AddNamed($"{recipe}: taken for {(reference ? "a" : "no")} depth-wise convolution by the reference, wrongly", fact.Name);
        return !reference;
    }

    private bool IsFlat(ParameterFact fact, string recipe, Notes notes)
    {
        if (parity || fact.Dimensions > 0) return fact.Dimensions == 1;
        notes.AddNamed($"{recipe}: no flat parameter for the reference because it has no dimensions, one here", fact.Name);
        return true;
    }
}
