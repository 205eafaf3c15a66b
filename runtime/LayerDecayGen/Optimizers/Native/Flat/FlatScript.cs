namespace LayerDecayGen.Optimizers;

/// <summary>
/// The part of the native unit's text that flat storage adds. The fused kernels take one list, t: parameters, gradients, the state, and the
/// step where the kernel counts. A list for each costs as much again as the update of a small model. The functions return a number of the
/// list that is written to, because the optimizer of TorchScript drops a call which writes only to lists that nothing reads.
/// </summary>
internal static class FlatScript
{
    public const string Text = """
        def adamw_fused_flat(t: List[Tensor], step: float, lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool,
                             maximize: bool) -> int:
            t[-1].fill_(step)
            p = [t[0]]
            torch._fused_adamw_(p, [t[1]], [t[2]], [t[3]], t[4:-1], [t[-1]], lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                                amsgrad=amsgrad, maximize=maximize)
            return len(p)

        def adam_fused_flat(t: List[Tensor], step: float, lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool,
                            maximize: bool) -> int:
            t[-1].fill_(step)
            p = [t[0]]
            torch._fused_adam_(p, [t[1]], [t[2]], [t[3]], t[4:-1], [t[-1]], lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                               amsgrad=amsgrad, maximize=maximize)
            return len(p)

        def sgd_fused_flat(t: List[Tensor], lr: float, momentum: float, dampening: float, decay: float, nesterov: bool, maximize: bool,
                           first: bool) -> int:
            p = [t[0]]
            torch._fused_sgd_(p, [t[1]], t[2:], weight_decay=decay, momentum=momentum, lr=lr, dampening=dampening, nesterov=nesterov,
                              maximize=maximize, is_first_step=first)
            return len(p)

        def adagrad_fused_flat(t: List[Tensor], step: float, lr: float, lr_decay: float, decay: float, eps: float, maximize: bool) -> int:
            t[-1].fill_(step)
            p = [t[0]]
            torch._fused_adagrad_(p, [t[1]], [t[2]], [t[3]], lr=lr, lr_decay=lr_decay, weight_decay=decay, eps=eps, maximize=maximize)
            return len(p)

        def version_if_placed(t: List[Tensor]) -> int:
            if t[1].is_set_to(t[2]) and t[3].is_set_to(t[4]) and t[5].is_set_to(t[6]) and t[7].is_set_to(t[8]):
                return t[0]._version()
            return -1

        def version(x: Tensor) -> int:
            return x._version()

        def places(x: List[Tensor], place: List[Tensor]) -> Tensor:
            each: List[int] = []
            for i in range(len(x)):
                each.append(int(x[i].is_set_to(place[i])))
            return torch.tensor(each, dtype=4)

        """;
}
