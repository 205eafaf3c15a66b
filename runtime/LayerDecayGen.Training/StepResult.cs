namespace LayerDecayGen.Training;

/// <summary>What a training step did.</summary>
/// <param name="Updated">Whether the weights were updated.</param>
/// <param name="Skipped">Whether an update was due and left out because a gradient was not finite.</param>
/// <param name="LossFactor">What the loss was divided by.</param>
/// <param name="GradientNorm">The norm before clipping, where clipping by norm took place.</param>
public readonly record struct StepResult(bool Updated, bool Skipped, int LossFactor, double? GradientNorm);
