using S = TorchSharp.Modules;

namespace LayerDecayGen;

/// <summary>One row per optimizer. Numbers follow torch.optim where TorchSharp's arithmetic differs from it.</summary>
internal static class OptimizerTable
{
    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019; torch.optim.AdamW).</summary>
    public static readonly OptimizerSpec<S.AdamW.Options, S.AdamW.State> AdamW = new()
    {
        Fused = "adamw_fused",
        Foreach = "adamw_foreach",
        CountsNatively = true,
        Slots = [s => ref s.exp_avg!, s => ref s.exp_avg_sq!, s => ref s.max_exp_avg_sq!],
        UsesSlot = (o, slot) => slot < 2 || o.amsgrad == true,
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, backend, o, at) =>
            AddAdam(to, backend, at, o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.weight_decay!.Value, o.eps!.Value)
                .Add(o.amsgrad!.Value).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.AdamW.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.AdamW(
            groups.Cast<S.AdamW.ParamGroup>(), o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value,
            o.amsgrad!.Value, o.maximize!.Value),
    };

    /// <summary>Adam with L2 weight decay (Kingma and Ba 2015; torch.optim.Adam).</summary>
    public static readonly OptimizerSpec<S.Adam.Options, S.Adam.State> Adam = new()
    {
        Fused = "adam_fused",
        Foreach = "adam_foreach",
        CountsNatively = true,
        Slots = [s => ref s.exp_avg!, s => ref s.exp_avg_sq!, s => ref s.max_exp_avg_sq!],
        UsesSlot = (o, slot) => slot < 2 || o.amsgrad == true,
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, backend, o, at) =>
            AddAdam(to, backend, at, o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.weight_decay!.Value, o.eps!.Value)
                .Add(o.amsgrad!.Value).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.Adam.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.Adam(
            groups.Cast<S.Adam.ParamGroup>(), o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value,
            o.amsgrad!.Value, o.maximize!.Value),
    };

    /// <summary>
    /// SGD with momentum (torch.optim.SGD). The first buffer of a parameter is its gradient, without dampening. With maximize the gradient
    /// is negated before weight decay is added, as in PyTorch; TorchSharp negates the sum, so that decay makes its weights grow.
    /// </summary>
    public static readonly OptimizerSpec<S.SGD.Options, S.SGD.State> SGD = new()
    {
        Fused = "sgd_fused",
        Foreach = "sgd_foreach",
        Slots = [s => ref s.momentum_buffer!],
        UsesSlot = (o, _) => o.momentum != 0,
        // TorchSharp counts no steps here: a missing buffer says that the next update is the first.
        Get = s => new(s.momentum_buffer is null ? 0 : 1),
        Set = (_, _) => { },
        Arguments = (to, _, o, at) => to.Add(o.LearningRate!.Value).Add(o.momentum!.Value).Add(o.dampening!.Value).Add(o.weight_decay!.Value)
            .Add(o.nesterov!.Value).Add(o.maximize!.Value).Add(at.Step == 0),
        NewGroup = (parameters, o) => new S.SGD.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.SGD(
            groups.Cast<S.SGD.ParamGroup>(), o.LearningRate!.Value, o.momentum!.Value, o.dampening!.Value, o.weight_decay!.Value,
            o.nesterov!.Value, o.maximize!.Value),
    };

    /// <summary>RMSprop (Hinton's lecture 6e; torch.optim.RMSprop), centered (Graves 2013) and with momentum as options.</summary>
    public static readonly OptimizerSpec<S.RMSProp.Options, S.RMSProp.State> RMSProp = new()
    {
        Fused = "rmsprop_fused",
        Foreach = "rmsprop_foreach",
        DependsOnStep = false,
        FusedHasTemporaries = true,
        // LibTorch's Adam kernel has neither a variance nor a buffer of updates.
        FusedServes = o => !(o.momentum > 0 || o.centered == true),
        Slots = [s => ref s.square_avg!, s => ref s.momentum_buffer!, s => ref s.grad_avg!],
        UsesSlot = (o, slot) => slot switch { 1 => o.momentum > 0, 2 => o.centered == true, _ => true },
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, _, o, _) => to.Add(o.LearningRate!.Value).Add(o.alpha!.Value).Add(o.eps!.Value).Add(o.weight_decay!.Value)
            .Add(o.momentum!.Value).Add(o.centered!.Value).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.RMSProp.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.RMSProp(
            groups.Cast<S.RMSProp.ParamGroup>(), o.LearningRate!.Value, alpha: o.alpha!.Value, eps: o.eps!.Value, momentum: o.momentum!.Value,
            centered: o.centered!.Value, maximize: o.maximize!.Value, weight_decay: o.weight_decay!.Value),
    };

    /// <summary>Adagrad (Duchi et al. 2011; torch.optim.Adagrad). TorchSharp's options have no maximize: it holds for all groups.</summary>
    public static OptimizerSpec<S.Adagrad.Options, S.Adagrad.State> Adagrad(bool maximize) => new()
    {
        Fused = "adagrad_fused",
        Foreach = "adagrad_foreach",
        FusedObstacle = FusedDevices.Cpu,
        CountsNatively = true,
        Slots = [s => ref s.sum!],
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, backend, o, at) =>
        {
            if (backend == StepBackend.Fused) to.Add(o.LearningRate!.Value).Add(o.lr_decay!.Value);
            else to.Add(-o.LearningRate!.Value / (1 + at.Step * o.lr_decay!.Value));
            to.Add(o.weight_decay!.Value).Add(o.eps!.Value).Add(maximize);
        },
        NewGroup = (parameters, o) => new S.Adagrad.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.Adagrad(
            groups.Cast<S.Adagrad.ParamGroup>(), o.LearningRate!.Value, o.lr_decay!.Value, o.weight_decay!.Value,
            o.initial_accumulator_value!.Value, o.eps!.Value),
    };

    /// <summary>Adadelta (Zeiler 2012; torch.optim.Adadelta).</summary>
    public static readonly OptimizerSpec<S.Adadelta.Options, S.Adadelta.State> Adadelta = new()
    {
        Foreach = "adadelta",
        DependsOnStep = false,
        Slots = [s => ref s.square_avg!, s => ref s.acc_delta!],
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, _, o, _) =>
            to.Add(o.LearningRate!.Value).Add(o.rho!.Value).Add(o.eps!.Value).Add(o.weight_decay!.Value).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.Adadelta.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.Adadelta(
            groups.Cast<S.Adadelta.ParamGroup>(), o.LearningRate!.Value, o.rho!.Value, o.eps!.Value, o.weight_decay!.Value, o.maximize!.Value),
    };

    /// <summary>
    /// Adamax (Kingma and Ba 2015, section 7.1; torch.optim.Adamax). TorchSharp's options have no maximize: it holds for all groups.
    /// </summary>
    public static OptimizerSpec<S.Adamax.Options, S.Adamax.State> Adamax(bool maximize) => new()
    {
        Foreach = "adamax",
        Slots = [s => ref s.exp_avg!, s => ref s.exp_inf!],
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, _, o, at) => to.Add(-o.LearningRate!.Value / (1 - Math.Pow(o.beta1!.Value, at.Step + 1)))
            .Add(o.beta1!.Value).Add(o.beta2!.Value).Add(o.eps!.Value).Add(o.weight_decay!.Value).Add(maximize),
        NewGroup = (parameters, o) => new S.Adamax.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.Adamax(
            groups.Cast<S.Adamax.ParamGroup>(), o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value),
    };

    /// <summary>
    /// NAdam (Dozat 2016; torch.optim.NAdam of torch 2). With parity it has the error of torch 1.13, which takes this step's momentum twice
    /// into the product for the next step.
    /// </summary>
    public static OptimizerSpec<S.NAdam.Options, S.NAdam.State> NAdam(bool parity) => new()
    {
        Foreach = "nadam",
        Slots = [s => ref s.exp_avg!, s => ref s.exp_avg_sq!],
        Get = s => new(s.step, s.mu_product),
        Set = (s, at) => (s.step, s.mu_product) = (at.Step, at.First),
        Next = (at, o) => new(at.Step + 1, at.First * NAdamMomentum(o, at.Step + 1)),
        Arguments = (to, _, o, at) =>
        {
            var (now, next) = (NAdamMomentum(o, at.Step + 1), NAdamMomentum(o, at.Step + 2));
            var product = at.First * now;
            var productOfNext = product * next * (parity ? now : 1);
            var root = Math.Sqrt(1 - Math.Pow(o.beta2!.Value, at.Step + 1));
            var rate = -o.LearningRate!.Value * root;
            to.Add(o.beta1!.Value).Add(o.beta2!.Value).Add(root * o.eps!.Value).Add(o.weight_decay!.Value)
                .Add(rate * (1 - now) / (1 - product)).Add(rate * next / (1 - productOfNext));
        },
        NewGroup = (parameters, o) => new S.NAdam.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.NAdam(
            groups.Cast<S.NAdam.ParamGroup>(), o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value,
            o.momentum_decay!.Value),
    };

    /// <summary>
    /// RAdam (Liu et al. 2020; torch.optim.RAdam): the adaptive rate is rectified where the length of the moving average exceeds 5, and
    /// plain momentum before. TorchSharp multiplies the rectified update by the learning rate twice; this follows PyTorch.
    /// </summary>
    public static readonly OptimizerSpec<S.RAdam.Options, S.RAdam.State> RAdam = new()
    {
        Foreach = "radam",
        Slots = [s => ref s.exp_avg!, s => ref s.exp_avg_sq!],
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, _, o, at) =>
        {
            var (beta1, beta2, step) = (o.beta1!.Value, o.beta2!.Value, at.Step + 1);
            var (correction1, correction2) = (1 - Math.Pow(beta1, step), 1 - Math.Pow(beta2, step));
            var limit = 2 / (1 - beta2) - 1;
            var length = limit - 2 * step * Math.Pow(beta2, step) / correction2;
            var rectification = length > 5
                ? Math.Sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length) * correction2)
                : 1;
            to.Add(beta1).Add(beta2).Add(o.eps!.Value).Add(o.weight_decay!.Value)
                .Add(-o.LearningRate!.Value / correction1 * rectification).Add(length > 5);
        },
        NewGroup = (parameters, o) => new S.RAdam.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.RAdam(
            groups.Cast<S.RAdam.ParamGroup>(), o.LearningRate!.Value, o.beta1!.Value, o.beta2!.Value, o.eps!.Value, o.weight_decay!.Value),
    };

    /// <summary>
    /// Averaged SGD (Polyak and Juditsky 1992; torch.optim.ASGD). The step size of an update is the one that the update before worked out,
    /// and the first one's is the learning rate at creation.
    /// </summary>
    public static readonly OptimizerSpec<S.ASGD.Options, S.ASGD.State> ASGD = new()
    {
        Fused = "asgd_fused",
        Foreach = "asgd_foreach",
        FusedHasTemporaries = true,
        Slots = [s => ref s.ax!],
        Get = s => new(s.step, s.eta, s.mu),
        Set = (s, at) => (s.step, s.eta, s.mu) = (at.Step, at.First, at.Second),
        Next = (at, o) => new(
            at.Step + 1,
            o.LearningRate!.Value / Math.Pow(1 + o.lambd!.Value * o.LearningRate!.Value * (at.Step + 1), o.alpha!.Value),
            1 / Math.Max(1, at.Step + 1 - o.t0!.Value)),
        Arguments = (to, _, o, at) =>
            to.Add(at.First).Add(o.lambd!.Value).Add(o.weight_decay!.Value).Add(at.Second).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.ASGD.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.ASGD(
            groups.Cast<S.ASGD.ParamGroup>(), o.LearningRate!.Value, o.lambd!.Value, o.alpha!.Value, o.t0!.Value, o.weight_decay!.Value,
            o.maximize!.Value),
    };

    /// <summary>
    /// Rprop (Riedmiller and Braun 1993; torch.optim.Rprop): it has no weight decay, and a gradient that changed its sign is left out.
    /// </summary>
    public static readonly OptimizerSpec<S.Rprop.Options, S.Rprop.State> Rprop = new()
    {
        Foreach = "rprop",
        WithoutWeightDecay = nameof(Rprop),
        DependsOnStep = false,
        Slots = [s => ref s.prev!, s => ref s.step_size!],
        Get = s => new(s.step),
        Set = (s, at) => s.step = at.Step,
        Arguments = (to, _, o, _) =>
            to.Add(o.etaminus!.Value).Add(o.etaplus!.Value).Add(o.min_step!.Value).Add(o.max_step!.Value).Add(o.maximize!.Value),
        NewGroup = (parameters, o) => new S.Rprop.ParamGroup(parameters, o),
        NewStock = (groups, o) => new S.Rprop(
            groups.Cast<S.Rprop.ParamGroup>(), o.LearningRate!.Value, o.etaminus!.Value, o.etaplus!.Value, o.min_step!.Value,
            o.max_step!.Value, o.maximize!.Value),
    };

    // The fused kernel takes plain numbers; the list operators take corrected ones.
    private static KernelArguments AddAdam(
        KernelArguments to, StepBackend backend, StepState at, double rate, double beta1, double beta2, double decay, double eps)
    {
        to.Add(rate).Add(beta1).Add(beta2).Add(decay).Add(eps);
        if (backend == StepBackend.Fused) return to;
        return to.Add(Math.Sqrt(1 - Math.Pow(beta2, at.Step + 1))).Add(-rate / (1 - Math.Pow(beta1, at.Step + 1)));
    }

    private static double NAdamMomentum(S.NAdam.Options o, long step) =>
        o.beta1!.Value * (1 - 0.5 * Math.Pow(0.96, step * o.momentum_decay!.Value));
}
