namespace LayerDecayGen;

/// <summary>
/// From a start factor to an end factor in equal shares of the base value; the end is reached at the last step of the window
/// (mmengine <c>LinearParamScheduler</c>, torch <c>LinearLR</c>).
/// </summary>
internal sealed class LinearRule(double startFactor, double endFactor, double lastStep) : FactorRule
{
    protected override double Factor(long step) => step == 0
        ? startFactor
        : 1 + (endFactor - startFactor) / (lastStep * startFactor + (step - 1) * (endFactor - startFactor));
}
