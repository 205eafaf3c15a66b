using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Stock = TorchSharp.Modules.NAdam;

namespace LayerDecayGen;

/// <summary>
/// NAdam (Dozat 2016; torch.optim.NAdam of torch 2). With parity it has the error of torch 1.13, whose product of momenta for the next
/// step takes this step's momentum in twice.
/// </summary>
internal sealed class NAdamRule(bool parity) : UpdateRule<Stock.Options, Stock.State>
{
    public override int Slots => 2;

    public override string Function(Kernel kernel) => "nadam";

    protected override ref Tensor? Slot(Stock.State state, int slot)
    {
        if (slot == 0) return ref state.exp_avg!;
        return ref state.exp_avg_sq!;
    }

    protected override StepState PhaseOf(Stock.State state) => new(state.step, state.mu_product);

    protected override void Advance(Stock.State state, Stock.Options options) => state.mu_product *= Momentum(options, ++state.step);

    protected override void Write(Kernel kernel, Stock.Options options, StepState phase, CallNumbers numbers)
    {
        var (rate, step) = (options.LearningRate!.Value, phase.Step + 1);
        var (now, next) = (Momentum(options, step), Momentum(options, step + 1));
        var product = phase.First * now;
        var productOfNext = product * next * (parity ? now : 1);
        var root = Math.Sqrt(1 - Math.Pow(options.beta2!.Value, step));
        numbers.Add(options.beta1!.Value).Add(options.beta2!.Value).Add(root * options.eps!.Value).Add(options.weight_decay!.Value)
            .Add(-rate * root * (1 - now) / (1 - product)).Add(-rate * root * next / (1 - productOfNext));
    }

    private static double Momentum(Stock.Options options, long step) =>
        options.beta1!.Value * (1 - 0.5 * Math.Pow(0.96, step * options.momentum_decay!.Value));

    protected override Stock.State NewState(Parameter parameter) => new(parameter);

    protected override void CopyNumbers(Stock.State from, Stock.State to) => (to.step, to.mu_product) = (from.step, from.mu_product);
}
