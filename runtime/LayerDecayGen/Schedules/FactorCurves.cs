namespace LayerDecayGen;

/// <summary>A factor over the window, taken back at its last step (mmengine <c>ConstantParamScheduler</c>, torch
/// <c>ConstantLR</c>).</summary>
internal sealed class ConstantCurve(double factor, long lastStep) : FactorCurve
{
    public override bool Jumps => true;

    protected override double Factor(long from, long to) => At(to) / At(from);

    private double At(long step) => step == 0 || (step > 0 && step < lastStep) ? factor : 1;
}

/// <summary>The value as it is: says that a stretch without change is meant.</summary>
internal sealed class HoldCurve : FactorCurve
{
    protected override double Factor(long from, long to) => 1;
}

/// <summary>One factor a step (mmengine <c>ExponentialParamScheduler</c>, torch <c>ExponentialLR</c>).</summary>
internal sealed class ExponentialCurve(double gamma) : FactorCurve
{
    protected override double Factor(long from, long to) => Math.Pow(gamma, to - Math.Max(from, 0));
}

/// <summary>A factor every so many steps (mmengine <c>StepParamScheduler</c>, torch <c>StepLR</c>).</summary>
internal sealed class StepCurve(Recurrence steps, double gamma) : FactorCurve
{
    public override bool Jumps => true;

    public override IEnumerable<double> Turns => [steps.Point(1)];

    protected override double Factor(long from, long to) => Math.Pow(gamma, steps.Passed(to) - steps.Passed(from));
}

/// <summary>A factor at each milestone, as often as it is listed (mmengine <c>MultiStepParamScheduler</c>, torch
/// <c>MultiStepLR</c>).</summary>
internal sealed class MultiStepCurve(long[] milestones, double gamma) : FactorCurve
{
    public override bool Jumps => true;

    public override IEnumerable<double> Turns => milestones.Select(m => (double)m);

    protected override double Factor(long from, long to)
    {
        var passed = 0;
        foreach (var milestone in milestones)
            if (from < milestone && milestone <= to) passed++;
        return passed == 0 ? 1 : Math.Pow(gamma, passed);
    }
}

/// <summary>A factor that a function of the step gives (torch <c>MultiplicativeLR</c>).</summary>
internal sealed class MultiplicativeCurve(Func<long, double> factor) : ScheduleCurve
{
    // A product over all steps has no short form, so it is taken step by step.
    public override CurveKind Kind => CurveKind.Following;

    // torch knows no closed form of it, so in a sequence it goes on from the value it finds.
    public override bool StartsFromBase => false;

    public override bool IsForeign => true;

    public override void Carry(long from, long to, in GroupValues values)
    {
        if (to == 0) return;
        var product = to == from + 1 ? factor(to) : Math.Pow(factor(to), to - Math.Max(from, 0));
        foreach (ref var value in values.Values) value *= product;
    }
}

/// <summary>
/// From a start factor to an end factor in equal shares of the base value; the end is reached at the last step of the window
/// (mmengine <c>LinearParamScheduler</c>, torch <c>LinearLR</c>).
/// </summary>
internal sealed class LinearCurve(double startFactor, double endFactor, long lastStep) : FactorCurve
{
    protected override double Factor(long from, long to) => At(to) / At(from);

    private double At(long step) => step < 0 ? 1
        : step == lastStep && step > 0 ? endFactor
        : startFactor + (endFactor - startFactor) * step / Math.Max(lastStep, 1);
}

/// <summary>
/// The base value times a power of the share that is left (torch <c>PolynomialLR</c>; unlike <see cref="PolynomialCurve"/> at 0 from a
/// given step on).
/// </summary>
internal sealed class TorchPolynomialCurve(long length, double power) : FactorCurve
{
    public override IEnumerable<double> Turns => [length];

    protected override double Factor(long from, long to) => from >= length ? 1 : At(to) / At(Math.Max(from, 0));

    private double At(long step) => Math.Pow(1 - (double)Math.Min(step, length) / length, power);
}
