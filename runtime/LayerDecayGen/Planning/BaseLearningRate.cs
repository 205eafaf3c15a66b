namespace LayerDecayGen;

/// <summary>How a base rate that was found for one batch size carries over to another.</summary>
public enum BatchSizeRule
{
    /// <summary>
    /// In proportion (Goyal et al. 2017): MAE's <c>lr = blr * batch / 256</c>, detectron2's and mmengine's automatic scaling.
    /// </summary>
    Linear,

    /// <summary>With the square root, as suits Adam (Malladi et al. 2022); an option of mmengine's and timm's scripts.</summary>
    SquareRoot,
}

/// <summary>The base rate for a batch size.</summary>
public static class BaseLearningRate
{
    /// <summary>Carries a base rate over to another batch size.</summary>
    /// <param name="rate">The rate at the reference batch size, 0 or above.</param>
    /// <param name="batchSize">Samples per update: batch times accumulation steps times processes; at least 1.</param>
    /// <param name="referenceBatchSize">The batch size that the rate was found for; at least 1. MAE, BEiT and VideoMAE state rates for
    /// 256.</param>
    /// <param name="rule">The rule.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static double ForBatch(double rate, int batchSize, int referenceBatchSize = 256, BatchSizeRule rule = BatchSizeRule.Linear)
    {
        Require.NotNegative(rate);
        var ratio = (double)Require.AtLeast(batchSize, 1) / Require.AtLeast(referenceBatchSize, 1);
        return rate * (rule == BatchSizeRule.Linear ? ratio : Math.Sqrt(ratio));
    }
}
