namespace LayerDecayGen;

/// <summary>What a live optimizer tells the groups that it was made from.</summary>
internal interface IPresentRates
{
    /// <summary>The learning rate and weight decay in use for a parameter; null for one that the optimizer does not step.</summary>
    /// <param name="parameter">The registered name.</param>
    (double LearningRate, double? WeightDecay)? RatesOf(string parameter);
}
