namespace LayerDecayGen;

/// <summary>
/// The part of the native unit's text that flat storage adds. The fused kernels take p with the parameters alone, and t: gradients, the
/// state, and the step where the kernel counts. A list for each, and a number for a result, cost as much again as the update of a small
/// model. The optimizer of TorchScript drops a call that writes only to lists made beside it, so p is a list of the caller's.
/// </summary>
internal static class FlatScript
{
    public const string Text = """
        def adamw_fused_flat(p: List[Tensor], t: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool,
                             maximize: bool) -> None:
            torch._fused_adamw_(p, [t[0]], [t[1]], [t[2]], t[3:-1], [t[-1]], lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                                amsgrad=amsgrad, maximize=maximize)

        def adam_fused_flat(p: List[Tensor], t: List[Tensor], lr: float, beta1: float, beta2: float, decay: float, eps: float, amsgrad: bool,
                            maximize: bool) -> None:
            torch._fused_adam_(p, [t[0]], [t[1]], [t[2]], t[3:-1], [t[-1]], lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps,
                               amsgrad=amsgrad, maximize=maximize)

        def sgd_fused_flat(p: List[Tensor], t: List[Tensor], lr: float, momentum: float, dampening: float, decay: float, nesterov: bool,
                           maximize: bool, first: bool) -> None:
            torch._fused_sgd_(p, [t[0]], t[1:], weight_decay=decay, momentum=momentum, lr=lr, dampening=dampening, nesterov=nesterov,
                              maximize=maximize, is_first_step=first)

        def adagrad_fused_flat(p: List[Tensor], t: List[Tensor], lr: float, lr_decay: float, decay: float, eps: float, maximize: bool) -> None:
            torch._fused_adagrad_(p, [t[0]], [t[1]], [t[2]], lr=lr, lr_decay=lr_decay, weight_decay=decay, eps=eps, maximize=maximize)

        def unexpected(t: List[Tensor], version: int) -> Optional[int]:
            if t[1].is_set_to(t[2]) and t[3].is_set_to(t[4]) and t[5].is_set_to(t[6]) and t[7].is_set_to(t[8]):
                now = t[0]._version()
                if now == version:
                    return None
                return now
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
