using System.Collections.Immutable;

namespace LayerDecayGen;

/// <summary>What is known of one parameter before anything is decided. Plain data: planning needs no tensor and no LibTorch.</summary>
public sealed record ParameterFact
{
    /// <summary>The registered name, as <c>named_parameters()</c> gives it.</summary>
    public required string Name { get; init; }

    /// <summary>The sizes of the tensor; empty for a tensor without dimensions.</summary>
    public ImmutableArray<long> Shape { get; init; } = [];

    /// <summary>
    /// The layer that the model's declaration gives, from 0; null where there is no declaration and the recipe's own rule decides.
    /// </summary>
    public int? Layer { get; init; }

    /// <summary>What the parameter is for.</summary>
    public ParameterRole Role { get; init; }

    /// <summary>Whether it is not trained (<c>requires_grad</c> is false).</summary>
    public bool Frozen { get; init; }

    /// <summary>The section that holds it: an index into the layout's sections; -1 without a layout.</summary>
    public int Section { get; init; } = -1;

    /// <summary>The child's index, for a parameter of a stack; -1 elsewhere.</summary>
    public int StackIndex { get; init; } = -1;

    /// <summary>Whether the declaration exempts it from weight decay.</summary>
    public bool NoWeightDecay { get; init; }

    /// <summary>The weight decay that the declaration or a typed section gives it; null leaves it to the options.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>A factor on the lr scale from the declaration and from typed sections.</summary>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>The module that holds it; null when unknown.</summary>
    public OwnerFact? Owner { get; init; }

    /// <summary>For a tied weight, the name that owns the tensor: the one in the lowest layer. Null otherwise.</summary>
    public string? TiedTo { get; init; }

    /// <summary>The number of dimensions.</summary>
    public int Dimensions => Shape.Length;

    /// <summary>The number of elements.</summary>
    public long Elements
    {
        get
        {
            var elements = 1L;
            foreach (var size in Shape) elements *= size;
            return elements;
        }
    }

    /// <summary>The part of the name after its last dot, for example <c>weight</c>.</summary>
    public string LastSegment => Name[(Name.LastIndexOf('.') + 1)..];

    /// <summary>
    /// What a recipe decides for this parameter, with what its declaration and typed sections add: their scale multiplies, their weight
    /// decay stands in for that of the recipe, and an exemption from either side wins over both.
    /// </summary>
    /// <param name="layer">The layer used; null where the recipe knows none.</param>
    /// <param name="learningRateScale">The recipe's factor on the base learning rate.</param>
    /// <param name="weightDecay">The weight decay of decayed parameters; null leaves it to the optimizer's own.</param>
    /// <param name="decayed">Whether the recipe decays the parameter; otherwise its weight decay is 0.</param>
    public PlannedParameter Decide(int? layer, double learningRateScale, double? weightDecay, bool decayed = true)
    {
        if (!double.IsFinite(LearningRateScale) || LearningRateScale < 0) Require.NotNegative(LearningRateScale, $"the lr scale of '{Name}'");
        if (WeightDecay is { } own && (!double.IsFinite(own) || own < 0)) Require.NotNegative(own, $"the weight decay of '{Name}'");
        var decay = decayed && !NoWeightDecay ? WeightDecay ?? weightDecay : 0;
        return new PlannedParameter(this, layer, learningRateScale * LearningRateScale, decay);
    }
}

/// <summary>What planning may know of the module that holds a parameter.</summary>
/// <param name="TypeName">The class, for example <c>Conv2d</c>.</param>
public sealed record OwnerFact(string TypeName)
{
    /// <summary>The nearest class of <c>torch.nn</c> where <see cref="TypeName"/> derives from one; null otherwise.</summary>
    public string? BaseTypeName { get; init; }

    /// <summary>Input channels of a convolution; null elsewhere.</summary>
    public long? InChannels { get; init; }

    /// <summary>Channel groups of a convolution; null elsewhere.</summary>
    public long? ConvolutionGroups { get; init; }
}
