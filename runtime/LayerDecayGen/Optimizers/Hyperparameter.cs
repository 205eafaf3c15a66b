namespace LayerDecayGen;

/// <summary>What a schedule drives in every parameter group.</summary>
public enum Hyperparameter
{
    /// <summary>The learning rate.</summary>
    LearningRate,

    /// <summary>Momentum of SGD and RMSprop, the first beta of Adam and its family.</summary>
    Momentum,

    /// <summary>Weight decay. A group without decay keeps 0 under every schedule.</summary>
    WeightDecay,
}

/// <summary>When a schedule takes its next step.</summary>
public enum Stepping
{
    /// <summary>After every optimizer update. Lengths in epochs are converted (mmengine's <c>convert_to_iter_based</c>).</summary>
    EveryUpdate,

    /// <summary>After every epoch, so that the value is the same for all updates of an epoch (mmengine's <c>by_epoch</c>).</summary>
    EveryEpoch,
}
