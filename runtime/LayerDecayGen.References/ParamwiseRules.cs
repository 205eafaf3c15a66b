using System.Collections.Immutable;

namespace LayerDecayGen.References;

/// <summary>How mmengine's parameter-wise rules read a model: to the letter, or corrected.</summary>
internal sealed record ParamwiseReading
{
    /// <summary>The text of a name in which keys are looked for.</summary>
    public required Func<string, string> TextOf { get; init; }

    /// <summary>Whether a number at the edge of a key is a whole number.</summary>
    public required bool WholeNumbers { get; init; }

    public required Func<OwnerFact?, bool> IsDepthwise { get; init; }

    public required Func<ParameterFact, bool> IsFlat { get; init; }

    public static ParamwiseReading Literal(Func<string, string> textOf) => new()
    {
        TextOf = textOf,
        WholeNumbers = false,
        IsDepthwise = ModuleTypes.IsDepthwiseByMMEngine,
        IsFlat = fact => fact.Dimensions == 1,
    };

    public static ParamwiseReading Corrected { get; } = new()
    {
        TextOf = CustomKeyMatcher.TextOf,
        WholeNumbers = true,
        IsDepthwise = ModuleTypes.IsDepthwise,
        IsFlat = fact => fact.Dimensions <= 1,
    };
}

/// <summary>mmengine's parameter-wise rules on one model.</summary>
internal sealed class ParamwiseRules(ParamwiseOptions options, ModelFacts facts, ParamwiseReading reading)
{
    /// <summary>The member that the reference takes for the model inside a wrapper.</summary>
    public const string Wrapper = "module.";

    private readonly CustomKeyMatcher _keys = new(options.CustomKeys);
    private readonly Dictionary<string, OwnerFact?> _owners =
        facts.Parameters.GroupBy(p => ModuleOf(p.Name), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Owner, StringComparer.Ordinal);

    public ImmutableArray<string> DeformableTypes { get; init; } = [];

    /// <summary>The custom key that wins for a parameter; null where none hits.</summary>
    public CustomKey? KeyOf(ParameterFact fact) => _keys.Find(reading.TextOf(fact.Name), reading.WholeNumbers);

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
    public double? DecayMultiplier(ParameterFact fact)
    {
        var inDeformable = IsInDeformable(ModuleOf(fact.Name));
        if (ModuleTypes.IsNorm(fact.Owner) && options.NormDecayMultiplier is { } norm) return norm;
        if (fact.LastSegment == "bias" && !inDeformable && options.BiasDecayMultiplier is { } bias) return bias;
        if (options.DepthwiseDecayMultiplier is { } depthwise && reading.IsDepthwise(fact.Owner)) return depthwise;
        return options.FlatDecayMultiplier is { } flat && !inDeformable && reading.IsFlat(fact) ? flat : null;
    }

    /// <summary>
    /// What a constructor of OpenMMLab sees: a model with a member called <c>module</c> is taken for a wrapper around that member.
    /// </summary>
    public static ModelFacts Unwrapped(ModelFacts facts)
    {
        var inside = facts.Parameters.Where(p => p.Name.StartsWith(Wrapper, StringComparison.Ordinal)).ToImmutableArray();
        return inside.IsEmpty ? facts : facts with { Parameters = inside };
    }

    /// <summary>A name as such a constructor sees it.</summary>
    public static Func<string, string> UnwrappedName(ModelFacts facts) =>
        facts.Parameters.Any(p => p.Name.StartsWith(Wrapper, StringComparison.Ordinal)) ? name => name[Wrapper.Length..] : name => name;

    /// <summary>The dotted name of the module that holds a parameter; empty for the model itself.</summary>
    public static string ModuleOf(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[..dot] : "";

    private bool IsInDeformable(string module) =>
        module.Length > 0 && _owners.TryGetValue(ModuleOf(module), out var parent) && parent is not null
        && DeformableTypes.Any(t => parent.TypeName.StartsWith(t, StringComparison.Ordinal));
}
