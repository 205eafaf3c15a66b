namespace LayerDecayGen.Generator.Model;

/// <summary>What attributes add to a set of names beside their layer.</summary>
/// <param name="NoWeightDecay">Whether nothing is decayed.</param>
/// <param name="Frozen">Whether nothing is trained.</param>
/// <param name="LearningRateScale">The factor on the lr scale.</param>
/// <param name="WeightDecay">The weight decay; NaN without one.</param>
public readonly record struct Facets(bool NoWeightDecay, bool Frozen, double LearningRateScale, double WeightDecay)
{
    /// <summary>What holds without any attribute.</summary>
    public static Facets None => new(false, false, 1, double.NaN);

    /// <summary>These and those of names further in: the innermost weight decay decides, scales multiply, frozen stays frozen.</summary>
    /// <param name="inner">What is said further in.</param>
    public Facets With(in Facets inner)
    {
        var with = this with { Frozen = Frozen || inner.Frozen, LearningRateScale = LearningRateScale * inner.LearningRateScale };
        if (!double.IsNaN(inner.WeightDecay)) with = with with { WeightDecay = inner.WeightDecay, NoWeightDecay = false };
        return inner.NoWeightDecay ? with with { WeightDecay = double.NaN, NoWeightDecay = true } : with;
    }
}
