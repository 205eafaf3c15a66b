namespace LayerDecayGen;

/// <summary>A factor over the window, taken back at its last step (mmengine <c>ConstantParamScheduler</c>, torch
/// <c>ConstantLR</c>).</summary>
internal sealed class ConstantRule(double factor, double lastStep) : FactorRule
{
    public override bool Jumps => true;

    protected override double Factor(long step) => step == 0 ? factor : step == lastStep ? 1 / factor : 1;
}

/// <summary>The value as it is: says that a stretch without change is meant.</summary>
internal sealed class HoldRule : FactorRule
{
    protected override double Factor(long step) => 1;
}

/// <summary>One factor a step (mmengine <c>ExponentialParamScheduler</c>, torch <c>ExponentialLR</c>).</summary>
internal sealed class ExponentialRule(double gamma) : FactorRule
{
    protected override double Factor(long step) => step == 0 ? 1 : gamma;
}

/// <summary>A factor every so many steps (mmengine <c>StepParamScheduler</c>, torch <c>StepLR</c>).</summary>
internal sealed class StepRule(double size, double gamma) : FactorRule
{
    public override bool Jumps => true;

    protected override double Factor(long step) => step == 0 || step % size != 0 ? 1 : gamma;
}

/// <summary>A factor at each milestone, as often as it is listed (mmengine <c>MultiStepParamScheduler</c>, torch
/// <c>MultiStepLR</c>).</summary>
internal sealed class MultiStepRule(double[] milestones, double gamma) : FactorRule
{
    private readonly Dictionary<double, double> _factors =
        milestones.GroupBy(m => m).ToDictionary(m => m.Key, m => Math.Pow(gamma, m.Count()));

    public override bool Jumps => true;

    protected override double Factor(long step) => _factors.GetValueOrDefault(step, 1);
}

/// <summary>A factor that a function of the step gives (torch <c>MultiplicativeLR</c>).</summary>
internal sealed class MultiplicativeRule(Func<long, double> factor) : FactorRule
{
    // torch knows no closed form of it, so in a sequence it goes on from the value it finds.
    public override bool StartsFromBase => false;

    public override bool IsForeign => true;

    protected override double Factor(long step) => step == 0 ? 1 : factor(step);
}

/// <summary>
/// The base value times a power of the share that is left, as a product of quotients (torch <c>PolynomialLR</c>; rounds otherwise than
/// <see cref="PolynomialRule"/> in long runs).
/// </summary>
internal sealed class TorchPolynomialRule(double length, double power) : FactorRule
{
    protected override double Factor(long step) =>
        step == 0 || step > length ? 1 : Math.Pow((1 - step / length) / (1 - (step - 1) / length), power);
}
